// Package postgres keeps durable tasks in PostgreSQL: workers on any number of machines claim, run and commit them, and
// go on with those of a machine that is lost.
//
//	store, err := postgres.Open(ctx, "postgres://app@db1,db2/app?target_session_attrs=read-write")
//	r := task.New(h, store)
//
// It needs a schema of the database, which it makes and brings up to date. All times are the database's: a worker whose clock is
// wrong is early or late for nobody. What several tasks, workers of the process and callers have to write at a time is one transaction of two
// round trips.
//
// What was acknowledged is as durable as a commit of the server: [Store.Warnings] says where that is less than it should be, such as
// where there is no synchronous standby.
//
// Connections must be the session's own: a pooler between has to be in session mode, or off the way.
package postgres
