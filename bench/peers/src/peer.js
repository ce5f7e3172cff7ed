// The Node peer: generators. See peers.go for what it is asked and what it answers.
"use strict";

const treeSize = 65536, ringSize = 1000, batchSize = 1000;

function* count(n) {
	for (let i = 0; i < n; i++) yield i;
}

function generator(n) {
	let sum = 0;
	for (const v of count(n)) sum += v;
	return sum;
}

function* blender() {
	let blend = 0, x = yield;
	for (;;) {
		blend = (blend * 31 + x) & 0xffff;
		x = yield blend;
	}
}

function exchange(n) {
	const g = blender();
	g.next();
	let blend = 0;
	for (let i = 0; i < n; i++) blend = g.next((blend & 1023) + (i & 7)).value;
	return blend;
}

// A generator yields to whoever asks, and can't switch to another: each says who is
// next, and a loop resumes that.
function* pass(s, depth) {
	if (depth > 1) {
		yield* pass(s, depth - 1);
		return;
	}
	while (s.left > 0) {
		s.next.left = s.left - 1;
		yield s.next;
	}
}

function passing(n, size, depth) {
	const sides = Array.from({ length: size }, (_, number) => ({ number, left: 0, next: null, run: null }));
	sides.forEach((s, i) => {
		s.next = sides[(i + 1) % size];
		s.run = pass(s, depth);
	});
	let s = sides[0];
	s.left = n;
	for (;;) {
		const { value, done } = s.run.next();
		if (done) return s.number;
		s = value;
	}
}

const switching = (depth) => (n) => {
	passing(n, 2, depth);
	return 0;
};

function newTree(low, high) {
	if (low === high) return null;
	const middle = (low + high) >> 1;
	return { value: middle, left: newTree(low, middle), right: newTree(middle + 1, high) };
}

function* walk(t) {
	if (t.left) yield* walk(t.left);
	yield t.value;
	if (t.right) yield* walk(t.right);
}

let root;
function tree(n) {
	root ??= newTree(0, treeSize);
	let sum = 0;
	while (n > 0) {
		for (const v of walk(root)) {
			sum += v;
			if (--n === 0) break;
		}
	}
	return sum;
}

function newFork(low, high, eighths) {
	if (high - low === 1) return { leaf: low, left: null, right: null };
	const middle = Math.min(high - 1, Math.max(low + 1, low + Math.floor(((high - low) * eighths) / 8)));
	return { leaf: 0, left: newFork(low, middle, eighths), right: newFork(middle, high, eighths) };
}

function* fringeOf(f) {
	if (!f.left) {
		yield f.leaf;
		return;
	}
	yield* fringeOf(f.left);
	yield* fringeOf(f.right);
}

let balanced, leaning;
function fringe(n) {
	balanced ??= newFork(0, treeSize, 4);
	leaning ??= newFork(0, treeSize, 7);
	let sum = 0;
	while (n > 0) {
		const a = fringeOf(balanced), b = fringeOf(leaning);
		while (n > 0) {
			const x = a.next(), y = b.next();
			if (x.done || y.done || x.value !== y.value) break;
			sum += x.value;
			n--;
		}
	}
	return sum;
}

function* descend(depth) {
	if (depth === 0) {
		yield 0;
		return 0;
	}
	return (yield* descend(depth - 1)) + 1;
}

function recursion(n) {
	const g = descend(n);
	g.next();
	return g.next().value;
}

function* maybe(i) {
	if (i < 0) yield i;
	return i & 7;
}

function* manyCalls(n) {
	let sum = 0;
	for (let i = 0; i < n; i++) sum += yield* maybe(i);
	return sum;
}

const call = (n) => manyCalls(n).next().value;

function create(n) {
	let sum = 0;
	for (let i = 0; i < n; i++) {
		const g = count(1);
		sum += g.next().value;
		g.next();
	}
	return sum;
}

function batch(n) {
	let sum = 0;
	while (n > 0) {
		const alive = [];
		for (let i = Math.min(n, batchSize); i > 0; i--) {
			const g = count(1);
			sum += g.next().value;
			alive.push(g);
		}
		for (const g of alive) g.next();
		n -= alive.length;
	}
	return sum;
}

function suspended(n) {
	global.gc?.();
	const before = process.memoryUsage().rss;
	const alive = new Array(n);
	for (let i = 0; i < n; i++) {
		alive[i] = count(2);
		alive[i].next();
	}
	global.gc?.();
	return (process.memoryUsage().rss - before) / alive.length;
}

const works = {
	generator, exchange, tree, fringe, recursion, call, create, batch,
	switch: switching(1), ring: (n) => passing(n, ringSize, 1),
	deep1: switching(1), deep10: switching(10), deep100: switching(100), deep1000: switching(1000),
};

function answer(work, n) {
	try {
		if (work === "suspended") return `${suspended(n)} 0`;
		if (!works[work]) return "error not part of this peer";
		const start = process.hrtime.bigint();
		const sum = works[work](n);
		return `${Number(process.hrtime.bigint() - start) / n} ${sum}`;
	} catch (e) {
		return `error ${String(e).split("\n")[0]}`;
	}
}

if (process.argv.length === 4) {
	console.log(answer(process.argv[2], Number(process.argv[3])));
} else {
	require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
		const [work, n] = line.split(" ");
		process.stdout.write(answer(work, Number(n)) + "\n");
	});
}
