-- The LuaJIT peer. See peers.go for what it is asked and what it answers.
local ffi = require("ffi")
local band = require("bit").band
local wrap, yield, running, resume = coroutine.wrap, coroutine.yield, coroutine.running, coroutine.resume

ffi.cdef [[
typedef struct { long sec; long nsec; } greenlet_timespec;
int clock_gettime(int clock, greenlet_timespec *t);
]]
local MONOTONIC = ffi.os == "OSX" and 6 or 1
local ts = ffi.new("greenlet_timespec")
local function now()
	ffi.C.clock_gettime(MONOTONIC, ts)
	return tonumber(ts.sec) * 1e9 + tonumber(ts.nsec)
end

local treeSize, ringSize, batchSize = 65536, 1000, 1000
local works = {}

local function count(n)
	for i = 0, n - 1 do yield(i) end
end

local function generate(n)
	return wrap(function() count(n) end)
end

function works.generator(n)
	local sum = 0
	for v in generate(n) do sum = sum + v end
	return sum
end

function works.exchange(n)
	local send = wrap(function(x)
		local blend = 0
		while true do
			blend = band(blend * 31 + x, 0xffff)
			x = yield(blend)
		end
	end)
	local blend = 0
	for i = 0, n - 1 do blend = send(band(blend, 1023) + band(i, 7)) end
	return blend
end

-- A coroutine of Lua resumes and yields, but can't switch to another: each says who
-- is next, and a loop resumes that.
local function pass(s, depth)
	if depth > 1 then return (pass(s, depth - 1)) end -- in parentheses it is no tail call
	while s.left > 0 do
		local to = s.next
		to.left = s.left - 1
		yield(to)
	end
	return nil, s.number
end

local function passing(n, size, depth)
	local sides = {}
	for i = 0, size - 1 do
		local s = { number = i, left = 0 }
		s.run = wrap(function()
			pass(s, depth)
			return nil
		end)
		sides[i] = s
	end
	for i = 0, size - 1 do sides[i].next = sides[(i + 1) % size] end
	local s, last = sides[0]
	s.left = n
	while s do
		last = s
		s = s.run()
	end
	return last.number
end

works.switch = function(n) passing(n, 2, 1) return 0 end
works.ring = function(n) return passing(n, ringSize, 1) end
for _, depth in ipairs { 1, 10, 100, 1000 } do
	works["deep" .. depth] = function(n) passing(n, 2, depth) return 0 end
end

local function newTree(low, high)
	if low == high then return nil end
	local middle = math.floor((low + high) / 2)
	return { value = middle, left = newTree(low, middle), right = newTree(middle + 1, high) }
end

local function walk(t)
	if t then
		walk(t.left)
		yield(t.value)
		walk(t.right)
	end
end

local root
function works.tree(n)
	root = root or newTree(0, treeSize)
	local sum = 0
	while n > 0 do
		for v in wrap(function() walk(root) end) do
			sum = sum + v
			n = n - 1
			if n == 0 then break end
		end
	end
	return sum
end

local function newFork(low, high, eighths)
	if high - low == 1 then return { leaf = low } end
	local middle = low + math.floor((high - low) * eighths / 8)
	middle = math.min(high - 1, math.max(low + 1, middle))
	return { left = newFork(low, middle, eighths), right = newFork(middle, high, eighths) }
end

local function fringe(f)
	if not f.left then yield(f.leaf) return end
	fringe(f.left)
	fringe(f.right)
end

local balanced, leaning
function works.fringe(n)
	balanced = balanced or newFork(0, treeSize, 4)
	leaning = leaning or newFork(0, treeSize, 7)
	local sum = 0
	while n > 0 do
		local a = wrap(function() fringe(balanced) end)
		local b = wrap(function() fringe(leaning) end)
		while n > 0 do
			local x, y = a(), b()
			if not x or x ~= y then break end
			sum = sum + x
			n = n - 1
		end
	end
	return sum
end

local function descend(depth)
	if depth == 0 then yield(0) return 0 end
	return descend(depth - 1) + 1
end

function works.recursion(n)
	local run = wrap(function() return descend(n) end)
	run()
	return run()
end

-- Any function of Lua may be suspended: this is a plain call.
local function maybe(i)
	if i < 0 then yield(i) end
	return band(i, 7)
end

function works.call(n)
	return wrap(function()
		local sum = 0
		for i = 0, n - 1 do sum = sum + maybe(i) end
		return sum
	end)()
end

function works.create(n)
	local sum = 0
	for _ = 1, n do
		local next = generate(1)
		sum = sum + next()
		next()
	end
	return sum
end

function works.batch(n)
	local sum = 0
	while n > 0 do
		local size, alive = math.min(n, batchSize), {}
		for i = 1, size do
			alive[i] = generate(1)
			sum = sum + alive[i]()
		end
		for i = 1, size do alive[i]() end
		n = n - size
	end
	return sum
end

local function rss()
	local f = assert(io.open("/proc/self/statm"), "this system does not tell the resident memory")
	local _, pages = f:read("*n", "*n")
	f:close()
	return pages * 4096
end

local function suspended(n)
	collectgarbage()
	local before, alive = rss(), {}
	for i = 1, n do
		alive[i] = generate(2)
		alive[i]()
	end
	collectgarbage()
	local bytes = rss() - before
	return bytes / n, #alive - n
end

local function timed(f, n)
	local start = now()
	local sum = f(n)
	return (now() - start) / n, sum
end

local function answer(work, n)
	local ok, each, sum
	if work == "suspended" then
		ok, each, sum = pcall(suspended, n)
	elseif works[work] then
		ok, each, sum = pcall(timed, works[work], n)
	else
		ok, each = false, "not part of this peer"
	end
	if ok then
		print(string.format("%f %.0f", each, sum))
	else
		print("error " .. tostring(each):gsub("\n.*", ""):gsub("^.*peer%.lua:%d+: ", ""))
	end
	io.stdout:flush()
end

if #arg == 2 then
	answer(arg[1], tonumber(arg[2]))
else
	for line in io.lines() do
		local work, n = line:match("(%S+) (%d+)")
		answer(work, tonumber(n))
	end
end
