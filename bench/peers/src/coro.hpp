// The three kinds of coroutines that the C++ peer is written with, each as thin as
// C++20 allows: there is no library to blame.
#pragma once
#include <coroutine>
#include <exception>
#include <utility>

// Generator has one frame: it yields to whoever calls next.
template <class T> struct Generator {
	struct promise_type {
		T value;
		Generator get_return_object() { return Generator{handle::from_promise(*this)}; }
		std::suspend_always initial_suspend() noexcept { return {}; }
		std::suspend_always final_suspend() noexcept { return {}; }
		std::suspend_always yield_value(T v) noexcept { value = v; return {}; }
		void return_void() noexcept {}
		void unhandled_exception() { std::terminate(); }
	};
	using handle = std::coroutine_handle<promise_type>;
	handle h;
	explicit Generator(handle h) : h(h) {}
	Generator(Generator &&o) noexcept : h(std::exchange(o.h, nullptr)) {}
	~Generator() { if (h) h.destroy(); }
	bool next() { h.resume(); return !h.done(); }
	T value() const { return h.promise().value; }
};

// Recursive is a generator that may yield all that another one yields. The root
// knows the innermost, so that a value costs the same at any depth.
template <class T> struct Recursive {
	struct promise_type;
	using handle = std::coroutine_handle<promise_type>;
	struct nested {
		Recursive inner;
		bool await_ready() noexcept { return false; }
		handle await_suspend(handle outer) noexcept {
			auto &in = inner.h.promise(), &out = outer.promise();
			in.root = out.root;
			in.outer = outer;
			in.root->leaf = inner.h;
			return inner.h;
		}
		void await_resume() noexcept {}
	};
	struct back {
		bool await_ready() noexcept { return false; }
		std::coroutine_handle<> await_suspend(handle h) noexcept {
			auto &p = h.promise();
			if (!p.outer) return std::noop_coroutine();
			p.root->leaf = p.outer;
			return p.outer;
		}
		void await_resume() noexcept {}
	};
	struct promise_type {
		T value;
		promise_type *root = this;
		handle outer, leaf = handle::from_promise(*this);
		Recursive get_return_object() { return Recursive{handle::from_promise(*this)}; }
		std::suspend_always initial_suspend() noexcept { return {}; }
		back final_suspend() noexcept { return {}; }
		std::suspend_always yield_value(T v) noexcept { root->value = v; return {}; }
		nested yield_value(Recursive &&r) noexcept { return nested{std::move(r)}; }
		void return_void() noexcept {}
		void unhandled_exception() { std::terminate(); }
	};
	handle h;
	explicit Recursive(handle h) : h(h) {}
	Recursive(Recursive &&o) noexcept : h(std::exchange(o.h, nullptr)) {}
	~Recursive() { if (h) h.destroy(); }
	bool next() { h.promise().leaf.resume(); return !h.done(); }
	T value() const { return h.promise().value; }
};

// Task is called by co_await, to which it returns by symmetric transfer.
template <class T> struct Task {
	struct promise_type;
	using handle = std::coroutine_handle<promise_type>;
	struct back {
		bool await_ready() noexcept { return false; }
		std::coroutine_handle<> await_suspend(handle h) noexcept { return h.promise().caller; }
		void await_resume() noexcept {}
	};
	struct promise_type {
		T value;
		std::coroutine_handle<> caller = std::noop_coroutine();
		Task get_return_object() { return Task{handle::from_promise(*this)}; }
		std::suspend_always initial_suspend() noexcept { return {}; }
		back final_suspend() noexcept { return {}; }
		void return_value(T v) noexcept { value = v; }
		void unhandled_exception() { std::terminate(); }
	};
	handle h;
	explicit Task(handle h) : h(h) {}
	Task(Task &&o) noexcept : h(std::exchange(o.h, nullptr)) {}
	Task &operator=(Task &&o) noexcept { std::swap(h, o.h); return *this; }
	~Task() { if (h) h.destroy(); }
	bool await_ready() noexcept { return false; }
	handle await_suspend(std::coroutine_handle<> caller) noexcept { h.promise().caller = caller; return h; }
	T await_resume() noexcept { return h.promise().value; }
};
