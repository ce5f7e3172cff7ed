package sim

// Kind is a kind of fault.
type Kind string

// The kinds of faults, with what [Fault.Where] is.
const (
	// Of messages, as [Options] and a [Plan] have them: on the way from a to b, "a>b".
	Lose      Kind = "lose"      // a message is lost
	Duplicate Kind = "duplicate" // a datagram arrives twice
	Delay     Kind = "delay"     // a datagram is late, so that others overtake it
	Reset     Kind = "reset"     // a connection is reset at both ends, by what comes instead of a message of it

	// Of a disk: the host and the name by which the file was made, "a:wal". The names of files
	// count as one, "a:".
	Forget    Kind = "forget"    // a write that was not synced is gone when the power was; N counts those to the file
	Tear      Kind = "tear"      // such a write is there in part: some sectors of it
	FailSync  Kind = "failsync"  // a sync fails with EIO; what it should have made durable counts as clean
	Evict     Kind = "evict"     // what a sync has failed to write is forgotten when the file is opened again
	FailWrite Kind = "failwrite" // a write fails with EIO, and writes nothing
	FailRead  Kind = "failread"  // a read fails with EIO
	Full      Kind = "full"      // a write fails with ENOSPC, and writes a part
	Rot       Kind = "rot"       // a bit has changed when the file is opened

	// Of hosts, "a", and of the network as a whole, "". Each ends after a time, as a part of
	// it; but for Skew, which lasts until the next, or the calm.
	Crash     Kind = "crash"     // a program crashes, and boots later
	PowerLoss Kind = "powerloss" // a machine loses its power, and boots later
	Pause     Kind = "pause"     // a host is paused
	Slow      Kind = "slow"      // a host is slow
	Skew      Kind = "skew"      // a host's clock is set to another time, and goes faster or slower
	Partition Kind = "partition" // some hosts are parted from the others
	Cut       Kind = "cut"       // nothing arrives at some hosts from some
	Hold      Kind = "hold"      // what some hosts send to some arrives later, all at once

	// Bug is what a program asks for itself, by [Buggify], whose name it has.
	Bug Kind = "bug"

	// Orders are drawn like faults, so that they can be listed, replayed and left out. Left
	// out, things happen in the order in which they have come.
	Turn   Kind = "turn"   // of the tasks that are ready in a turn of the loop: their numbers, "3,5"
	Timers Kind = "timers" // of timers that are due at the same instant: how many
)

var kinds = []Kind{
	Lose, Duplicate, Delay, Reset,
	Forget, Tear, FailSync, Evict, FailWrite, FailRead, Full, Rot,
	Crash, PowerLoss, Pause, Slow, Skew, Partition, Cut, Hold,
	Bug, Turn, Timers,
}

// forced reports whether k is an order, which is no fault of the world.
func (k Kind) forced() bool { return k == Turn || k == Timers }
