"use strict";
// What tasks say is text: it gets into the page as text nodes only, and into addresses by encodeURIComponent.

const main = document.getElementById("main");
const states = ["running", "due", "waiting", "parked", "failed", "done", "canceled"];
let about = {};
let shown = 0; // counts what was asked for: an answer that comes late is dropped

// el makes an element: on… are handlers, other names attributes.
function el(tag, attrs, ...children) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(attrs || {})) {
		if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
		else if (value !== undefined && value !== null && value !== false) e.setAttribute(name, value);
	}
	for (const c of children.flat(Infinity)) {
		if (c !== undefined && c !== null && c !== false) e.append(c instanceof Node ? c : String(c));
	}
	return e;
}

// An ID is a string, or bytes that are no UTF-8.
const idText = (id) => typeof id === "string" ? id : atob(id.base64);
const idQuery = (id) => typeof id === "string" ? encodeURIComponent(id)
	: [...atob(id.base64)].map((c) => "%" + c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
const taskLink = (id) => el("a", {href: "#/task?id=" + idQuery(id)}, idText(id));
const fnName = (fn) => fn.slice(fn.lastIndexOf("/") + 1);

function distance(ms) {
	ms = Math.abs(ms);
	if (ms < 1000) return Math.round(ms) + " ms";
	if (ms < 120e3) return Math.floor(ms / 1000) + " s";
	if (ms < 7200e3) return Math.floor(ms / 60e3) + " min";
	if (ms < 172800e3) return Math.floor(ms / 3600e3) + " h";
	return Math.floor(ms / 86400e3) + " days";
}

// when is a time as it is seen from now, and exactly where the pointer is.
function when(at, now) {
	if (!at) return null;
	const d = Date.parse(at) - Date.parse(now);
	return el("time", {datetime: at, title: new Date(at).toLocaleString() + " · " + at}, d > 0 ? "in " + distance(d) : distance(d) + " ago");
}

async function ask(what, options) {
	const answer = await fetch("api/" + what, options);
	const body = await answer.json().catch(() => ({error: "the answer is no JSON: " + answer.status}));
	if (!answer.ok) throw new Error(body.error || answer.statusText);
	return body;
}

const tell = (what, query, body) => ask(what + "?" + query, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body || {})});

function say(id, text) {
	const e = document.getElementById(id);
	e.textContent = text;
	e.hidden = !text;
}

const badge = (state) => el("span", {class: "state " + state}, state);
const section = (title, ...children) => [el("h3", {}, title), ...children.flat(Infinity)];

// ---- The list

// The filters are in the address: it can be kept, and sent to others.
function listView(query) {
	const go = (change) => {
		const q = new URLSearchParams(query);
		for (const [name, value] of Object.entries(change)) value ? q.set(name, value) : q.delete(name);
		location.hash = "#/?" + q;
	};
	const field = (type, name, hint) => el("input", {type, name, placeholder: hint, "aria-label": hint, value: query.get(name) || "", autocomplete: "off", spellcheck: "false"});
	const fields = [field("search", "text", "search ID, function, attributes, reason"), field("text", "func", "function"), field("text", "attr", "attribute: name=value"), field("text", "parent", "child of")];
	const filters = el("form", {class: "filters", onsubmit: (e) => {
		e.preventDefault();
		go(Object.fromEntries(fields.map((f) => [f.name, f.value.trim()])));
	}}, fields, el("button", {}, "Filter"));
	for (const f of fields) f.addEventListener("search", () => filters.requestSubmit());
	const chosen = (query.get("state") || "").split(",").filter(Boolean);
	const chips = el("div", {class: "chips"});
	const body = el("div");
	main.replaceChildren(filters, chips, body);

	let pages = 1;
	let before = "";
	return async () => {
		const mine = shown;
		let list = {tasks: []}, next = "";
		for (let i = 0; i < pages; i++) {
			const q = new URLSearchParams(query);
			q.set("limit", "100");
			if (next) q.set("after", next);
			const page = await ask("tasks?" + q);
			list = {...page, tasks: list.tasks.concat(page.tasks)};
			if (!(next = page.next)) break;
		}
		if (mine !== shown) return;
		const counts = about.states || {};
		chips.replaceChildren(el("button", {class: "chip", "aria-pressed": chosen.length === 0, onclick: () => go({state: ""})}, "all"),
			...states.map((s) => el("button", {class: "chip", "aria-pressed": chosen.includes(s), onclick: () => go({state: (chosen.includes(s) ? chosen.filter((c) => c !== s) : [...chosen, s]).join(",")})},
				s, counts[s] !== undefined && el("span", {class: "n"}, counts[s].toLocaleString()))));
		const text = JSON.stringify([list.tasks, next]);
		const times = body.querySelectorAll("time");
		if (text === before && times.length) {
			for (const t of times) t.textContent = when(t.dateTime, list.now).textContent;
			return;
		}
		before = text;
		const rows = list.tasks.map((t) => el("tr", {class: "link"},
			el("td", {class: "id"}, taskLink(t.id)),
			el("td", {}, badge(t.state)),
			el("td", {class: "mono", title: t.func}, fnName(t.func)),
			el("td", {class: "why"}, why(t), el("div", {}, Object.entries(t.attrs || {}).sort().map(([n, v]) => el("span", {class: "tag"}, n + "=" + v)))),
			el("td", {class: "num"}, t.seq),
			el("td", {class: "when"}, when(t.updated, list.now)),
			el("td", {class: "when"}, when(t.due, list.now))));
		body.replaceChildren(rows.length ? el("div", {class: "scroll"}, el("table", {},
			el("thead", {}, el("tr", {}, ["Task", "State", "Function", "Waits for, or why", "Commits", "Changed", "Due"].map((h) => el("th", {class: h === "Commits" && "num"}, h)))),
			el("tbody", {}, rows))) : el("p", {class: "none"}, next ? "None among those looked at so far." : "There are no such tasks."));
		if (next) body.append(el("p", {class: "more"}, el("button", {onclick: () => { pages++; refresh(); }}, "More")));
	};
}

// why is what a task waits for, or why it is as it is, in a line.
function why(t) {
	// The ways to packages are of no interest here.
	const text = (t.reason || "").replace(/[\w.~-]+(?:\/[\w.~-]+)*\//g, "") || t.err || (t.state === "done" ? JSON.stringify(t.result) : t.waits) || "";
	const [first, ...rest] = text.split("\n");
	const line = first.length > 160 ? first.slice(0, 160) + "…" : first + (rest.length ? " …" : "");
	return t.reason || t.err ? el("span", {class: t.state === "done" ? "failed" : t.state, title: t.reason || t.err}, line) : line;
}

// ---- A task

function taskView(query) {
	const id = query.get("id") || "", seq = query.get("seq");
	const raw = /[?&]id=([^&]*)/.exec(location.hash); // as it is: it may be no UTF-8
	const self = "id=" + (raw ? raw[1] : "");
	const at = seq === null ? self : self + "&seq=" + encodeURIComponent(seq);
	const left = el("div"), right = el("div"), deeds = el("div", {class: "deeds"}), head = el("div");
	const signals = el("datalist", {id: "signals"});
	main.replaceChildren(head, el("div", {class: "task"}, left, el("div", {}, right, deeds)), signals);
	const history = el("div"), facts = el("div"), rest = el("div");
	right.append(facts);

	const act = (f) => async (e) => {
		e.preventDefault();
		say("said", "");
		try {
			say("said", await f(e.target));
			say("trouble", "");
		} catch (err) {
			say("trouble", err.message);
		}
		refresh();
	};
	const forked = (f) => "Task " + idText(f.id) + " stands where this one stood behind commit " + f.seq + "." + (f.warnings || []).map((w) => "\n" + w).join("");
	const forkFrom = (n) => act(async () => {
		const to = toField.value.trim();
		if (!to) {
			toField.focus();
			throw new Error("Name the fork first, in the field below: it is a task of its own.");
		}
		return forked(await tell("fork", self + "&seq=" + n, {to}));
	});
	const text = (name, hint, more) => el("input", {type: "text", name, placeholder: hint, "aria-label": hint, autocomplete: "off", spellcheck: "false", ...more});
	const toField = text("to", "ID of the new task");
	const forkNow = el("button", {title: "start a task of the snapshot that is shown"}, "Fork");
	const now = (name, word, grave, hint) => {
		const b = el("button", {type: "button", class: grave ? "grave" : "", title: hint, "data-does": name, onclick: (e) => {
			if (!grave || b.classList.contains("sure")) {
				b.classList.remove("sure");
				b.textContent = word;
				return act(async () => (await tell(name, self)).known ? "It was told that before." : "Done: " + word.toLowerCase() + ".")(e);
			}
			b.classList.add("sure");
			b.textContent = word + ": sure?";
			setTimeout(() => { b.classList.remove("sure"); b.textContent = word; }, 5000);
		}}, word);
		return b;
	};
	const retry = now("retry", "Retry", false, "go on with the last snapshot");
	const cancel = now("cancel", "Cancel", true, "end it where it waits; what it has deferred runs");
	const kill = now("kill", "Kill", true, "end it at once; nothing that it has deferred runs");
	const signal = el("form", {onsubmit: act(async (form) => {
		const value = form.value.value.trim() || "null";
		try {
			JSON.parse(value);
		} catch {
			throw new Error("The value is no JSON: " + value + " — a string has quotes.");
		}
		const s = await tell("signal", self, {name: form.name.value.trim(), value: JSON.parse(value)});
		return s.known ? "It had that already." : "Sent.";
	})}, el("label", {}, "Signal"), text("name", "name", {list: "signals", required: ""}), text("value", "value, as JSON"), el("button", {}, "Send"));
	signal.dataset.does = "signal";
	const fork = el("form", {"data-does": "fork", onsubmit: act(async () => forked(await tell("fork", at, {to: toField.value.trim()})))},
		el("label", {}, "Fork"), toField, forkNow);
	const control = el("form", {onsubmit: (e) => e.preventDefault()}, el("label", {}, "Task"), retry, cancel, kill);
	deeds.append(signal, fork, control);
	deeds.hidden = true;

	let before = "", first = true;
	return async () => {
		const mine = shown;
		const [t, events] = await Promise.all([ask("task?" + at), ask("history?" + self)]);
		if (mine !== shown) return;
		document.title = idText(t.id) + " · durable tasks";
		const text = JSON.stringify([{...t, now: ""}, events, about.writes]);
		if (text === before) {
			for (const e of main.querySelectorAll("time")) e.textContent = when(e.dateTime, t.now).textContent;
			return;
		}
		before = text;
		const ended = ["done", "failed", "canceled"].includes(t.state);
		deeds.hidden = !about.writes;
		signal.hidden = ended;
		retry.hidden = t.state !== "parked" && t.state !== "failed";
		cancel.hidden = kill.hidden = ended;
		control.hidden = retry.hidden && ended;
		forkNow.hidden = t.stacks.length === 0;
		fork.hidden = t.stacks.length === 0 && t.kept.length === 0;
		const awaited = (t.awaits || []).filter((a) => a.startsWith("signal:")).map((a) => a.slice(7));
		signals.replaceChildren(...awaited.map((value) => el("option", {value})));
		if (first && awaited.length === 1) signal.elements.name.value = awaited[0];
		first = false;

		head.replaceChildren(el("h2", {}, el("span", {class: "mono"}, idText(t.id)), " ", badge(t.state)),
			(t.reason || t.err) && el("p", {class: "reason " + (t.state === "done" ? "failed" : t.state)}, el("span", {}, t.reason || t.err)) || "");
		left.replaceChildren(...stack(t, self), history, rest);
		history.replaceChildren(...timeline(t, events, self, seq, forkFrom));
		rest.replaceChildren(...extras(t));
		facts.replaceChildren(factsOf(t));
	};
}

function factsOf(t) {
	const rows = [];
	const row = (name, ...value) => {
		if (value.some((v) => v !== undefined && v !== null && v !== "")) rows.push(el("dt", {}, name), el("dd", {}, value));
	};
	row("function", el("span", {class: "mono"}, t.func));
	row("waits for", t.waits);
	row("due", when(t.due, t.now));
	row("result", t.result !== undefined && el("code", {}, JSON.stringify(t.result)) || "");
	row("child of", t.parent && taskLink(t.parent));
	for (const [n, v] of Object.entries(t.attrs || {}).sort()) row(n, v);
	row("created", when(t.created, t.now));
	row("changed", when(t.updated, t.now));
	row("worker", t.owner);
	row("refused by", (t.refused || []).map((b) => "build " + b).join(", "));
	row("size", t.seq + (t.seq === 1 ? " commit, " : " commits, ") + (t.bytes ? t.bytes.toLocaleString() + " bytes" : "no snapshot"));
	return el("dl", {class: "facts"}, rows);
}

// A frame of the library is of less interest than those of the program.
const ofLibrary = (c) => c.func.includes("greenlet/durable/task.");

function stack(t, self) {
	const out = [];
	if (t.at) {
		out.push(el("h3", {}, "Stack behind commit " + t.at.seq + ", ", when(t.at.at, t.now), t.at.waits && ": " + t.at.waits, " · ", el("a", {href: "#/task?" + self}, "as it is now")));
	} else {
		out.push(el("h3", {}, "Stack"));
	}
	if (t.unshown) out.push(el("p", {class: "reason parked"}, el("span", {}, "The snapshot can't be shown: " + t.unshown)));
	if (!t.unshown && t.stacks.length === 0) out.push(el("p", {class: "faint"}, "It has ended: there is no snapshot of it."));
	t.stacks.forEach((st, i) => {
		if (t.stacks.length > 1) out.push(el("p", {class: "faint"}, "greenlet #" + st.id + (st.dead ? ", dead" : st.started ? "" : ", not started") + (i ? "" : ", the task's own")));
		if (st.reason) out.push(el("p", {class: "reason parked"}, el("span", {}, "This program could not go on with it: " + st.reason)));
		if (st.locals) out.push(el("div", {class: "call"}, vars(st.locals)));
		for (const c of st.calls) {
			const title = [el("span", {class: "fn mono", title: c.func}, fnName(c.func)), el("span", {class: "place mono", title: c.file ? c.file + ":" + c.line + " · " + c.point : c.point}, c.file ? fileName(c.file) + ":" + c.line : "at " + c.point)];
			const source = t.sources.find((s) => s.file === c.file && s.line === c.line);
			out.push(ofLibrary(c) ? el("details", {class: "call"}, el("summary", {}, title), vars(c.vars)) : el("div", {class: "call"}, el("div", {class: "at"}, title), source && lines(source), vars(c.vars)));
		}
	});
	return out;
}

// lines are those of the source, and the one at which a call stands among them.
const lines = (s) => s.err ? el("p", {class: "faint"}, s.err) : el("pre", {class: "source"}, s.lines.map((text, i) =>
	el("span", {class: s.from + i === s.line ? "here" : ""}, String(s.from + i).padStart(5) + "  " + text.replaceAll("\t", "    ") + "\n")));

// fileName is a file with its folder.
const fileName = (file) => file.split("/").slice(-2).join("/");

// short is a value without the way to its type's package.
const short = (v) => v.type && v.value.startsWith(v.type + "{") ? fnName(v.type) + v.value.slice(v.type.length) : v.value;

const vars = (list) => list && list.length ? el("table", {class: "vars"}, list.map((v) => el("tr", {}, el("td", {class: "mono"}, v.name), el("td", {class: "value mono", title: v.value}, short(v)), el("td", {class: "type mono", title: v.type}, v.type && fnName(v.type))))) : null;

function timeline(t, events, self, seq, forkFrom) {
	const kept = new Map(t.kept.map((k) => [k.seq, k]));
	const current = t.at ? t.at.seq : t.seq;
	let last = null;
	const items = events.map((e) => {
		const got = e.note.startsWith("got ");
		const k = !got && kept.get(e.seq);
		if (k) kept.delete(e.seq);
		const gap = last ? Date.parse(e.at) - last : 0;
		last = Date.parse(e.at);
		const kind = got ? "got" : /^(failed|parked)/.test(e.note) ? "bad" : /^(done|canceled)/.test(e.note) ? "end" : "";
		return el("li", {class: kind + (k && seq !== null && k.seq === current ? " shown" : "")},
			el("span", {class: "note"}, e.note),
			el("span", {class: "when"}, when(e.at, t.now), gap >= 1000 && " · " + distance(gap) + " later", !got && e.seq > 0 && " · commit " + e.seq),
			k && el("button", {class: "small", "data-seq": k.seq, onclick: () => { location.hash = "#/task?" + self + "&seq=" + k.seq; }}, "Stack then"),
			k && about.writes && el("button", {class: "small", "data-fork": k.seq, onclick: forkFrom(k.seq)}, "Fork from here"));
	});
	if (["running", "due", "waiting"].includes(t.state)) {
		const text = {running: "A worker has it.", due: "It is due.", waiting: t.due ? "It goes on" : "It waits for a message."}[t.state];
		items.push(el("li", {class: "next"}, el("span", {class: "note faint"}, text, t.state === "waiting" && t.due && [" ", when(t.due, t.now), (t.awaits || []).length > 0 && ", or when a message comes"])));
	}
	return section("History", el("ol", {class: "history"}, items));
}

function extras(t) {
	const out = [];
	if (t.inbox.length) out.push(...section("Messages that it has not taken", t.inbox.map((m) => el("p", {class: "message"}, el("span", {class: "mono"}, m.topic), " ", m.body !== undefined && el("code", {}, JSON.stringify(m.body))))));
	if (t.children.length) out.push(...section("Children", t.children.map((c) => el("p", {class: "message"}, taskLink(c.id), " ", badge(c.state), " ", el("span", {class: "faint mono"}, fnName(c.func))))));
	return out;
}

// ---- What is shown

let update = async () => {};

async function refresh() {
	try {
		about = await ask("about");
		document.getElementById("about").textContent = about.program + (about.build ? " · build " + about.build.slice(0, 12) : "") + (about.writes ? "" : " · to be looked at only");
		await update();
		say("trouble", document.getElementById("trouble").dataset.lost ? "" : document.getElementById("trouble").textContent);
		delete document.getElementById("trouble").dataset.lost;
	} catch (err) {
		document.getElementById("trouble").dataset.lost = "1";
		say("trouble", err instanceof TypeError ? "The process does not answer." : err.message);
	}
}

function route() {
	shown++;
	say("said", "");
	say("trouble", "");
	const [path, query] = location.hash.replace(/^#/, "").split("?", 2);
	const q = new URLSearchParams(query || "");
	document.title = "Durable tasks";
	main.replaceChildren();
	update = path === "/task" ? taskView(q) : listView(q);
	return refresh();
}

window.addEventListener("hashchange", route);
setInterval(() => {
	if (document.visibilityState === "visible" && document.getElementById("refresh").checked) refresh();
}, 2000);
route();
