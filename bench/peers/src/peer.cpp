// The C++20 peer. See peers.go for what it is asked and what it answers.
#include "coro.hpp"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>
#ifdef __linux__
#include <unistd.h>
#endif

constexpr long treeSize = 1 << 16, ringSize = 1000, batchSize = 1000;

Generator<long> count(long n) { for (long i = 0; i < n; i++) co_yield i; }

long generator(long n) {
	long sum = 0;
	for (auto g = count(n); g.next();) sum += g.value();
	return sum;
}

// exchange

struct Blend {
	long in, out;
	struct awaiter {
		Blend &b;
		bool await_ready() noexcept { return false; }
		void await_suspend(std::coroutine_handle<>) noexcept {}
		long await_resume() noexcept { return b.in; }
	};
	awaiter hand(long v) { out = v; return {*this}; }
};

Generator<long> blender(Blend &b) {
	long blend = 0, x = b.in;
	for (;;) {
		blend = (blend * 31 + x) & 0xffff;
		x = co_await b.hand(blend);
	}
	co_yield 0;
}

long exchange(long n) {
	Blend b{};
	auto g = blender(b);
	for (long i = 0; i < n; i++) {
		b.in = (b.out & 1023) + (i & 7);
		g.h.resume();
	}
	return b.out;
}

// symmetric transfer

struct Side {
	std::coroutine_handle<> leaf;
	Side *next = nullptr;
	long number = 0, left = 0;
};

struct transfer {
	Side &from;
	bool await_ready() noexcept { return false; }
	std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) noexcept {
		from.leaf = h;
		from.next->left = from.left - 1;
		return from.next->leaf;
	}
	void await_resume() noexcept {}
};

static long holder; // who had the number when it was down to 0

Task<long> pass(Side &s, long depth) {
	if (depth > 1) co_return co_await pass(s, depth - 1);
	while (s.left > 0) co_await transfer{s};
	holder = s.number;
	co_return 0;
}

long passing(long n, long size, long depth) {
	std::vector<Side> sides(size);
	std::vector<Task<long>> tasks;
	for (long i = 0; i < size; i++) {
		sides[i].number = i;
		sides[i].next = &sides[(i + 1) % size];
		tasks.push_back(pass(sides[i], depth));
		sides[i].leaf = tasks[i].h;
	}
	sides[0].left = n;
	sides[0].leaf.resume();
	return holder;
}

// recursion

struct Tree { long value; std::unique_ptr<Tree> left, right; };

std::unique_ptr<Tree> newTree(long low, long high) {
	if (low == high) return nullptr;
	long middle = (low + high) / 2;
	auto t = std::make_unique<Tree>();
	t->value = middle;
	t->left = newTree(low, middle);
	t->right = newTree(middle + 1, high);
	return t;
}

Recursive<long> walk(const Tree *t) {
	if (t->left) co_yield walk(t->left.get());
	co_yield t->value;
	if (t->right) co_yield walk(t->right.get());
}

long tree(long n) {
	static const auto root = newTree(0, treeSize);
	long sum = 0;
	while (n > 0)
		for (auto g = walk(root.get()); n > 0 && g.next(); n--) sum += g.value();
	return sum;
}

struct Fork { long leaf = 0; std::unique_ptr<Fork> left, right; };

std::unique_ptr<Fork> newFork(long low, long high, long eighths) {
	auto f = std::make_unique<Fork>();
	if (high - low == 1) { f->leaf = low; return f; }
	long middle = std::min(high - 1, std::max(low + 1, low + (high - low) * eighths / 8));
	f->left = newFork(low, middle, eighths);
	f->right = newFork(middle, high, eighths);
	return f;
}

Recursive<long> fringeOf(const Fork *f) {
	if (!f->left) { co_yield f->leaf; co_return; }
	co_yield fringeOf(f->left.get());
	co_yield fringeOf(f->right.get());
}

long fringe(long n) {
	static const auto balanced = newFork(0, treeSize, 4), leaning = newFork(0, treeSize, 7);
	long sum = 0;
	while (n > 0) {
		auto a = fringeOf(balanced.get()), b = fringeOf(leaning.get());
		while (n > 0) {
			bool okA = a.next(), okB = b.next();
			if (!okA || !okB || a.value() != b.value()) break;
			sum += a.value();
			n--;
		}
	}
	return sum;
}

static std::coroutine_handle<> bottom;

struct stop {
	bool await_ready() noexcept { return false; }
	void await_suspend(std::coroutine_handle<> h) noexcept { bottom = h; }
	void await_resume() noexcept {}
};

Task<long> descend(long depth) {
	if (depth == 0) { co_await stop{}; co_return 0; }
	co_return co_await descend(depth - 1) + 1;
}

long recursion(long n) {
	auto t = descend(n);
	t.h.resume();
	bottom.resume();
	return t.await_resume();
}

Task<long> maybe(long i) {
	if (i < 0) co_await stop{};
	co_return i & 7;
}

Task<long> manyCalls(long n) {
	long sum = 0;
	for (long i = 0; i < n; i++) sum += co_await maybe(i);
	co_return sum;
}

long call(long n) {
	auto t = manyCalls(n);
	t.h.resume();
	return t.await_resume();
}

// life

long create(long n) {
	long sum = 0;
	for (; n > 0; n--) {
		auto g = count(1);
		g.next();
		sum += g.value();
		g.next();
	}
	return sum;
}

long batch(long n) {
	long sum = 0;
	while (n > 0) {
		long size = std::min(n, batchSize);
		std::vector<Generator<long>> alive;
		for (long i = 0; i < size; i++) {
			alive.push_back(count(1));
			alive.back().next();
			sum += alive.back().value();
		}
		for (auto &g : alive) g.next();
		n -= size;
	}
	return sum;
}

// rss is the resident memory of this process, or -1.
long rss() {
#ifdef __linux__
	long total = 0, resident = 0;
	if (FILE *f = std::fopen("/proc/self/statm", "r")) {
		int got = std::fscanf(f, "%ld %ld", &total, &resident);
		std::fclose(f);
		if (got == 2) return resident * sysconf(_SC_PAGESIZE);
	}
#endif
	return -1;
}

long suspended(long n) {
	long before = rss();
	std::vector<Generator<long>> alive;
	alive.reserve(n);
	for (long i = 0; i < n; i++) {
		alive.push_back(count(2));
		alive.back().next();
	}
	return before < 0 ? -1 : rss() - before;
}

// answering

void answer(const std::string &work, long n) {
	static const std::map<std::string, std::function<long(long)>> works = {
		{"generator", generator}, {"exchange", exchange}, {"tree", tree}, {"fringe", fringe},
		{"switch", [](long n) { passing(n, 2, 1); return 0L; }},
		{"ring", [](long n) { return passing(n, ringSize, 1); }},
		{"deep1", [](long n) { passing(n, 2, 1); return 0L; }},
		{"deep10", [](long n) { passing(n, 2, 10); return 0L; }},
		{"deep100", [](long n) { passing(n, 2, 100); return 0L; }},
		{"deep1000", [](long n) { passing(n, 2, 1000); return 0L; }},
		{"recursion", recursion}, {"call", call}, {"create", create}, {"batch", batch},
	};
	if (work == "suspended") {
		long bytes = suspended(n);
		if (bytes < 0) std::printf("error this system does not tell the resident memory\n");
		else std::printf("%f 0\n", double(bytes) / n);
		return;
	}
	auto it = works.find(work);
	if (it == works.end()) {
		std::printf("error not part of this peer\n");
		return;
	}
	auto start = std::chrono::steady_clock::now();
	long sum = it->second(n);
	std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
	std::printf("%f %ld\n", took.count() / n, sum);
}

int main(int argc, char **argv) {
	if (argc == 3) {
		answer(argv[1], std::stol(argv[2]));
		return 0;
	}
	std::string line;
	while (std::getline(std::cin, line)) {
		std::istringstream words(line);
		std::string work;
		long n;
		if (words >> work >> n) answer(work, n);
		std::fflush(stdout);
	}
}
