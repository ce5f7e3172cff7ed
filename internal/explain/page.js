"use strict";
// One state of one function is chosen, or none; another one may be looked at, by
// pointer or focus, for as long as that is on it.
for (const func of document.querySelectorAll(".func")) {
	const all = (selector) => func.querySelectorAll(selector);
	const row = (state) => func.querySelector(`tr.state[data-state="${state}"]`);
	const words = (text) => new Set((text || "").split(" ").filter(Boolean));
	const lines = new Map([...all(".line")].map((e) => [e.dataset.line, e]));
	const vars = [...all("[data-field]")];
	let chosen = "";
	let lit = [];

	const light = (e, name) => {
		e.classList.add(name);
		lit.push([e, name]);
	};
	const show = (state) => {
		for (const [e, name] of lit) e.classList.remove(name);
		lit = [];
		const r = state && row(state);
		if (!r) return;
		for (const e of all(`[data-state="${state}"]`)) light(e, "on");
		for (const e of all(`[data-states~="${state}"]`)) light(e, "on");
		const resumes = lines.get(r.dataset.resumes);
		if (resumes) light(resumes, "resume");
		for (const e of all(`.edge[data-to="${state}"]`)) light(e, "in");
		for (const e of all(`.edge[data-from="${state}"]`)) light(e, "on");
		const live = words(r.dataset.live), cleared = words(r.dataset.cleared);
		for (const e of vars) {
			if (live.has(e.dataset.field)) light(e, "live");
			if (cleared.has(e.dataset.field)) light(e, "cleared");
		}
	};
	// Within its box only: the page itself stays where it is.
	const reveal = (e) => {
		const box = e && e.closest(".source, .view");
		if (!box) return;
		const a = e.getBoundingClientRect(), b = box.getBoundingClientRect();
		if (a.top < b.top || a.bottom > b.bottom) box.scrollTop += a.top - b.top - box.clientHeight / 3;
		if (a.left < b.left || a.right > b.right) box.scrollLeft += box.matches(".view") ? a.left - b.left - 20 : 0;
	};
	const choose = (state) => {
		chosen = row(state) ? state : "";
		func.dataset.selected = chosen;
		for (const e of all('[aria-pressed="true"]')) e.setAttribute("aria-pressed", "false");
		if (chosen) {
			for (const e of all(`[data-state="${chosen}"], [data-states~="${chosen}"]`)) {
				if (e.hasAttribute("aria-pressed")) e.setAttribute("aria-pressed", "true");
			}
		}
		show(chosen);
		if (!chosen) return;
		reveal(func.querySelector(`.line[data-states~="${chosen}"]`));
		reveal(func.querySelector(`.node[data-state="${chosen}"]`));
	};
	// A line may hold several states: choosing it again goes on to the next.
	const stateOf = (e, next) => {
		if (e.dataset.state) return next && e.dataset.state === chosen ? "" : e.dataset.state;
		const list = [...words(e.dataset.states)];
		const i = list.indexOf(chosen);
		return i < 0 ? list[0] : next ? list[i + 1] || "" : chosen;
	};
	const pick = (e) => {
		choose(stateOf(e, true));
		const hash = chosen ? `#${func.dataset.func === "0" ? "" : `func=${func.dataset.func}&`}state=${chosen}` : "#";
		try { history.replaceState(null, "", hash); } catch { /* a page that is not in a file */ }
	};
	for (const e of all(".node, .line.suspends, tr.state")) {
		e.addEventListener("mouseenter", () => show(stateOf(e, false)));
		e.addEventListener("mouseleave", () => show(chosen));
		e.addEventListener("focus", () => show(stateOf(e, false)));
		e.addEventListener("blur", () => show(chosen));
		e.addEventListener("click", () => pick(e));
		e.addEventListener("keydown", (event) => {
			if (event.key !== "Enter" && event.key !== " ") return;
			event.preventDefault();
			pick(e);
		});
	}
	func.addEventListener("keydown", (event) => { if (event.key === "Escape") choose(""); });
	const follow = () => {
		const hash = new URLSearchParams(location.hash.slice(1));
		if (hash.has("state") && (hash.get("func") || "0") === func.dataset.func) choose(hash.get("state"));
	};
	window.addEventListener("hashchange", follow);
	follow();
}
