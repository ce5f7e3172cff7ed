package hub

// reason is what a task waits for. It is a number as each task has one.
type reason uint8

const (
	forStart reason = iota
	forTurn
	forTime
	forRead
	forWrite
	forEvent
	forFuture
	forSemaphore
	forMutex
	forRoom
	forValue
	forWork
	forTask
	forGroup
	forResult
	forFirst
	forChannel
	forContext
	forTimeout
)

var reasons = [...]string{
	forStart:     "its start",
	forTurn:      "its turn",
	forTime:      "time",
	forRead:      "something to read",
	forWrite:     "something that can be written to",
	forEvent:     "an event",
	forFuture:    "a future",
	forSemaphore: "a semaphore",
	forMutex:     "a mutex",
	forRoom:      "room in a queue",
	forValue:     "a value in a queue",
	forWork:      "the end of the work in a queue",
	forTask:      "the end of a task",
	forGroup:     "the end of a group",
	forResult:    "a result",
	forFirst:     "the first of several",
	forChannel:   "a channel",
	forContext:   "a context",
	forTimeout:   "a timeout",
}

func (r reason) String() string { return reasons[r] }
