"""The Python greenlet peer. See peers.go for what it is asked and what it answers."""

import gc
import sys
import time

from greenlet import getcurrent, greenlet

TREE_SIZE, RING_SIZE, BATCH_SIZE = 65536, 1000, 1000


def count(n):
    switch = getcurrent().parent.switch
    for i in range(n):
        switch(i)


def generator(n):
    g = greenlet(count)
    total, v = 0, g.switch(n)
    for _ in range(n):
        total += v
        v = g.switch()
    return total


def blender(x):
    switch, blend = getcurrent().parent.switch, 0
    while True:
        blend = (blend * 31 + x) & 0xFFFF
        x = switch(blend)


def exchange(n):
    send, blend = greenlet(blender).switch, 0
    for i in range(n):
        blend = send((blend & 1023) + (i & 7))
    return blend


class Side:
    def __init__(self, number, depth):
        self.number = number
        self.greenlet = greenlet(lambda: self.deep(getcurrent().parent.switch(), depth))
        # All begin at the same height of the C stack. If they started each other, each
        # would begin above the one before, and switches would have to copy all that.
        self.greenlet.switch()

    def deep(self, left, depth):
        if depth > 1:
            return self.deep(left, depth - 1)
        switch = self.next.greenlet.switch
        while left > 0:
            left = switch(left - 1)
        return self.number


def passing(n, size, depth):
    sides = [Side(i, depth) for i in range(size)]
    for i, s in enumerate(sides):
        s.next = sides[(i + 1) % size]
    return sides[0].greenlet.switch(n)


def switching(depth):
    def work(n):
        passing(n, 2, depth)
        return 0

    return work


def ring(n):
    return passing(n, RING_SIZE, 1)


def new_tree(low, high):
    if low == high:
        return None
    middle = (low + high) // 2
    return middle, new_tree(low, middle), new_tree(middle + 1, high)


def walk(t, switch):
    if t is not None:
        value, left, right = t
        walk(left, switch)
        switch(value)
        walk(right, switch)


def pull(visit, t):
    """A function that gives one value after the other, and None at the end."""

    def run():
        visit(t, getcurrent().parent.switch)

    return greenlet(run).switch


cache = {}


def tree(n):
    if "tree" not in cache:
        cache["tree"] = new_tree(0, TREE_SIZE)
    total = 0
    while n > 0:
        step = pull(walk, cache["tree"])
        while n > 0:
            v = step()
            if v is None:
                break
            total += v
            n -= 1
    return total


def new_fork(low, high, eighths):
    if high - low == 1:
        return low
    middle = min(high - 1, max(low + 1, low + (high - low) * eighths // 8))
    return new_fork(low, middle, eighths), new_fork(middle, high, eighths)


def fringe_of(f, switch):
    if isinstance(f, int):
        switch(f)
        return
    fringe_of(f[0], switch)
    fringe_of(f[1], switch)


def fringe(n):
    if "forks" not in cache:
        cache["forks"] = new_fork(0, TREE_SIZE, 4), new_fork(0, TREE_SIZE, 7)
    total = 0
    while n > 0:
        a, b = (pull(fringe_of, f) for f in cache["forks"])
        while n > 0:
            x, y = a(), b()
            if x is None or x != y:
                break
            total += x
            n -= 1
    return total


def descend(depth):
    if depth == 0:
        getcurrent().parent.switch(0)
        return 0
    return descend(depth - 1) + 1


def recursion(n):
    sys.setrecursionlimit(n + 1000)
    g = greenlet(descend)
    g.switch(n)
    return g.switch()


def maybe(i):
    """Any function may be suspended: calling it is a plain call."""
    if i < 0:
        getcurrent().parent.switch(i)
    return i & 7


def many_calls(n):
    total = 0
    for i in range(n):
        total += maybe(i)
    return total


def call(n):
    return greenlet(many_calls).switch(n)


def create(n):
    total = 0
    for _ in range(n):
        g = greenlet(count)
        total += g.switch(1)
        g.switch()
    return total


def batch(n):
    total = 0
    while n > 0:
        alive = [greenlet(count) for _ in range(min(n, BATCH_SIZE))]
        for g in alive:
            total += g.switch(1)
        for g in alive:
            g.switch()
        n -= len(alive)
    return total


def rss():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4096


def suspended(n):
    gc.collect()
    before = rss()
    alive = [greenlet(count) for _ in range(n)]
    for g in alive:
        g.switch(2)
    print(f"{(rss() - before) / n} 0")


WORKS = {
    "generator": generator,
    "exchange": exchange,
    "switch": switching(1),
    "ring": ring,
    "tree": tree,
    "deep1": switching(1),
    "deep10": switching(10),
    "deep100": switching(100),
    "deep1000": switching(1000),
    "recursion": recursion,
    "call": call,
    "create": create,
    "batch": batch,
    "fringe": fringe,
}


def answer(work, n):
    try:
        if work == "suspended":
            suspended(n)
        elif work in WORKS:
            start = time.perf_counter_ns()
            total = WORKS[work](n)
            print(f"{(time.perf_counter_ns() - start) / n} {total}")
        else:
            print("error not part of this peer")
    except Exception as e:
        print(f"error {type(e).__name__}: {e}".splitlines()[0])
    sys.stdout.flush()


sys.setrecursionlimit(10_000)
if len(sys.argv) == 3:
    answer(sys.argv[1], int(sys.argv[2]))
else:
    for line in sys.stdin:
        name, units = line.split()
        answer(name, int(units))
