// Package bench does the same work with durable tasks over PostgreSQL and with DBOS's library for Go, on one server that it starts:
//
//	go test -v -args -rounds 7 -tasks 64 -steps 50 -starts 50 -sleepers 2000
//
// Both have the same settings of the server, which syncs each commit, and as many connections. Neither is timed when it opens or closes.
// What a step promises differs. Ours commits the state before the call, so that what is repeated has the same key and the same arguments.
// DBOS commits the result behind it, and replays the function from its beginning after a crash.
//
// It is a module of its own, so that nobody who requires greenlets, or the store, gets what DBOS needs.
package bench
