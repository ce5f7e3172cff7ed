"""The gevent peer, for bench/hub. See peers.go for what it is asked and what it answers."""

import gc
import sys
import time

import gevent
from gevent.event import Event
from gevent.lock import Semaphore
from gevent.pool import Pool
from gevent.queue import Channel, Queue

BATCH_SIZE, POOL_SIZE = 1000, 100


def one():
    return 1


def spawn(n):
    total = 0
    for _ in range(n):
        g = gevent.spawn(one)
        g.join()
        total += g.value
    return total


def spawn_many(n):
    total = 0
    while n > 0:
        tasks = [gevent.spawn(one) for _ in range(min(n, BATCH_SIZE))]
        gevent.joinall(tasks)
        total += sum(g.value for g in tasks)
        n -= len(tasks)
    return total


def yields(n):
    done, sleep = 0, gevent.sleep
    for _ in range(n):
        sleep(0)
        done += 1
    return done


def yielding(tasks):
    def work(n):
        return together([gevent.spawn(yields, n // tasks + (i < n % tasks)) for i in range(tasks)])

    return work


def together(tasks):
    gevent.joinall(tasks, raise_error=True)
    return sum(g.value for g in tasks)


def signals(mine, other, n):
    done = 0
    for _ in range(n):
        mine.wait()
        mine.clear()
        other.set()
        done += 1
    return done


def event(n):
    x, y = Event(), Event()
    x.set()
    return together([gevent.spawn(signals, x, y, n), gevent.spawn(signals, y, x, n)])


def puts(q, n):
    put = q.put
    for i in range(n):
        put(i & 7)
    return 0


def gets(q, n):
    total, get = 0, q.get
    for _ in range(n):
        total += get()
    return total


def handing(q, n):
    return together([gevent.spawn(puts, q, n), gevent.spawn(gets, q, n)])


def semaphore(n):
    s, done = Semaphore(1), 0
    for _ in range(n):
        s.acquire()
        done += 1
        s.release()
    return done


def timeout(n):
    done = 0
    for _ in range(n):
        with gevent.Timeout(3600):
            done += 1
    return done


def increment(x):
    gevent.sleep(0)
    return x + 1


def pool(n):
    total, p = 0, Pool(POOL_SIZE)
    while n > 0:
        items = [i & 7 for i in range(min(n, BATCH_SIZE))]
        total += sum(p.map(increment, items))
        n -= len(items)
    return total


def rss():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4096


def naps(until):
    gevent.sleep(until - time.perf_counter())


# SPREAD is over how many seconds a sleeper's time to wake is spread, in an order that is
# none; START how long after the beginning they are given to fall asleep, each.
SPREAD, START = 1e-9, 150e-6


def sleepers(n):
    """Bytes and nanoseconds of each of n that sleep."""
    gc.collect()
    before, begin = rss(), time.perf_counter()
    wake = begin + 0.5 + n * START
    alive = [gevent.spawn(naps, wake + i * 7919 % n * SPREAD) for i in range(n)]
    gevent.sleep(0)  # behind them all
    asleep = time.perf_counter()
    gc.collect()
    each = (rss() - before) / n
    if time.perf_counter() > wake:
        raise RuntimeError("not all slept before the first woke")
    gevent.joinall(alive, raise_error=True)
    return each, (asleep - begin + time.perf_counter() - wake) * 1e9 / n


WORKS = {
    "spawn": spawn,
    "spawnmany": spawn_many,
    "yield2": yielding(2),
    "yield1000": yielding(1000),
    "event": event,
    "queue": lambda n: handing(Queue(100), n),
    "rendezvous": lambda n: handing(Channel(), n),
    "semaphore": semaphore,
    "timeout": timeout,
    "poolmap": pool,
}


def answer(work, n):
    try:
        if work == "sleepers":
            print(sleepers(n)[0], n)
        elif work == "sleeperstime":
            print(sleepers(n)[1], n)
        elif work in WORKS:
            start = time.perf_counter_ns()
            total = WORKS[work](n)
            print(f"{(time.perf_counter_ns() - start) / n} {total}")
        else:
            print("error not part of this peer")
    except Exception as e:
        print(f"error {type(e).__name__}: {e}".splitlines()[0])
    sys.stdout.flush()


if len(sys.argv) == 3:
    answer(sys.argv[1], int(sys.argv[2]))
else:
    for line in sys.stdin:
        name, units = line.split()
        answer(name, int(units))
