package diag

// The codes of durable functions, whose suspended calls can be stored.
const (
	// DurableCallee: a durable function calls a resumable one that is not durable: where that
	// suspends, the frames of both are on the chain, and nothing knows how to save the callee's.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func ask() string { return greenlet.Exchange[string, string]("?") }
	//
	//	//greenlet:resumable durable
	//	func order() { ask() }
	//
	// Fix: annotate the callee //greenlet:resumable durable, too. What runs on a stack of its own
	// can't be durable.
	DurableCallee Code = "durable-callee"

	// DurableDefer: a durable function defers a call that is none of a function literal without
	// parameters and results. What the call's operands are would be known to code only.
	//
	// Example:
	//
	//	//greenlet:resumable durable
	//	func order(id string) {
	//		defer refund(id)
	//		…
	//	}
	//
	// Fix: defer func() { refund(id) }(), whose variables are saved; copy what changes later.
	DurableDefer Code = "durable-defer"

	// DurableVariable: a variable of a durable function lives across a suspension and can't be
	// saved: it is a channel or an unsafe pointer, or of a type that can't be named in the
	// package; or the function keeps a method value, which is a closure of the compiler's. What an interface or a struct holds shows at run time only, by an error that says
	// the way to it.
	//
	// Example:
	//
	//	//greenlet:resumable durable
	//	func order(done chan bool) {
	//		greenlet.Yield(1)
	//		done <- true
	//	}
	//
	// Fix: keep it elsewhere, such as in a type with a codec or a resource (package durable), or
	// use it before the suspension only.
	DurableVariable Code = "durable-variable"
)
