// Package admin lets people and scripts see durable tasks while their process runs, and tell them what to do: where each stands in
// the source, with its variables; what it waits for; why it is parked; signals, cancellation, forks.
//
//	a := admin.New(r) // a *task.Runner
//	socket, err := a.Listen("/run/shop/tasks.sock")
//	…
//	defer socket.Close()
//
// Then, as the same user or as root:
//
//	$ export GREENLET_DURABLE=/run/shop/tasks.sock
//	$ greenlet durable ls -state parked
//	$ greenlet durable show o17
//
// What the store has is what is shown: no task is loaded or resumed for it, and the functions of a task need not be in the
// program.
//
// # Access
//
// Who can open the socket may do everything: its mode is 0600. The [Admin] is an http.Handler too, for a program's own server, with
// its own access control before it; it only reads, unless [Options.Writes] is set. What a browser sends for a page of another site is
// refused.
//
// # Figures
//
// GET metrics has them in Prometheus' text format: tasks by state, since when the oldest one is due, steps, commits and how long they
// take, calls by their outcome, tasks that were parked, changes that were fenced off.
//
// # The API
//
// Requests have a task's ID in the URL, as ?id=. Answers are JSON, as package api has them; a refusal is {"error": "…"}, with a
// status of 400 (the request makes no sense), 403 (it is not allowed), 404 (there is no such task), 409 (the task has ended, or
// is there already) or 503 (the hub does not run).
//
//	GET  api/about
//	GET  api/tasks     status= state= func= parent= prefix= text= attr=name=value after= limit=
//	GET  api/task      id= seq=
//	GET  api/history   id=
//	GET  api/snapshot  id= seq=
//	GET  api/check     as tasks
//	GET  api/shapes    as tasks
//	POST api/signal    id=           {"name": "approve", "value": true, "message": "an ID, or none"}
//	POST api/cancel    id=
//	POST api/kill      id=
//	POST api/retry     id=
//	POST api/fork      id= seq=      {"to": "the fork's ID"}
//
// A POST has the content type application/json.
package admin

//go:generate go tool greenlet
