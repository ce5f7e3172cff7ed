// Package task runs durable tasks: functions that survive the end of their process, a deploy, and the loss of a
// machine. A task is a durable function whose first parameter is a [*Task]:
//
//	var approve = task.Signal[bool]("approve")
//
//	//greenlet:resumable durable
//	func order(t *task.Task, o Item) (tracking string, err error) {
//		receipt, err := task.Do(t, charge, o, task.Retry(5))
//		if err != nil {
//			return "", err
//		}
//		ok, err := approve.Wait(t, 7*24*time.Hour)
//		if err != nil || !ok {
//			_, rerr := task.Do(t, refund, receipt)
//			return "", errors.Join(ErrNotApproved, err, rerr)
//		}
//		return task.Go(t, t.ID()+"/ship", ship, o).Join(t) // a child task
//	}
//
//	r := task.New(h, store)
//	err := r.Start(ctx, "o17", order, item)
//
// Where such a function waits, it is a snapshot in a store ([engine.Engine]); see package durable for what its variables may
// be, and what becomes of it when the code changes. There is no replay, so that it may do what it likes: read the clock, draw
// numbers, range over maps. What it must not do itself is what the world sees: that is done by [Do].
//
// # What is promised
//
//   - A start or a signal that was acknowledged is committed: the task will run, or be listed as parked.
//   - A call by Do is performed at least once, after the state before it is committed, and always under the same [Key]:
//     a service that is given the key, and drops those that it knows, sees it once. Its result is taken once.
//   - State advances once: of two workers that believe to have a task, one commits.
//   - What a task sends, starts or returns is committed together with the state behind it.
//   - Sleeps and timeouts end when the store's clock says so, also if nobody ran meanwhile.
//
// # How it runs
//
// A [Runner] claims tasks that are due, and resumes them on its hub, all in one task of the hub: each up to its next wait,
// then all are committed at once, then their calls are performed, on goroutines. A task that waits for time or for
// a message is in the store only: it leaves memory.
//
// A snapshot that the program can't go on with, or a variable that can't be saved, parks the task: it is listed with
// the reason, and claimed by a program of another build. Other tasks go on.
package task

//go:generate go tool greenlet
