// Package hub runs tasks that wait: for time, for each other and for goroutines, with
// no goroutine for each. It is to package greenlet what gevent is to Python's.
//
// A [Hub] is a loop on one goroutine. A [Task] is a greenlet that the hub runs; while
// it waits, others run. What waits is a method of a hub or of what a hub has made, is
// itself //greenlet:resumable, and is called from resumable code:
//
//	//greenlet:resumable
//	func greet(h *hub.Hub, name string) {
//		h.Sleep(time.Second)
//		fmt.Println("hello", name)
//	}
//
//	h := hub.New()
//	h.Go(greet, h, "world")
//	err := h.Run(context.Background())
//
// Tasks are never interrupted: between two waits a task has everything to itself, so
// that few locks are needed. Ready tasks run in the order in which they became so. A
// hub and what it has made belong to the goroutine that runs it; from others only
// [Hub.Post] and what says so may be called.
//
// Between tasks there are [Queue], [Event], [Future], [Semaphore], [Mutex] and [Group]. Who
// waits for one is served in the order in which it came, and who is killed or runs out of
// time loses nothing: what it has been handed in that moment it keeps, and the interruption
// is raised at its next wait. [AsReady] and [Await] wait for several of them.
//
// From other goroutines a value comes by a [Sender], by [Receive], or by what Post calls, as
// in h.Post(event.Set).
//
// Run ends when nothing can happen any more. If tasks still wait then, they wait for
// ever, and its error, a [*Deadlock], says which, where and for what. A panic of a
// task is kept for who asks for its result, and reported to the hub's error handler:
// it never ends the hub. One of a function that the loop calls itself is a panic of Run.
//
// What a hub does can be looked at: [Hub.DumpTree] writes its tasks, [Hub.DumpOn] does so at
// a signal, [Hub.Monitor] reports who blocks the others, and [Hub.Publish] has figures for
// other goroutines.
//
// [Hub.Watch] is for file descriptors; package socket, beside this one, has connections and
// servers. While a hub has descriptors its loop sleeps in the system's epoll or kqueue, from
// which other goroutines wake it, and tasks that are always ready keep others from what
// arrives for a millisecond or so.
//
// With a [Clock] that is not the system's, time is what the clock says: see
// [NewSimulated], where it jumps to the next thing that will happen. With [NewSeeded] what
// happens is drawn from a seed, and can be had again: package sim has a network for that.
package hub
