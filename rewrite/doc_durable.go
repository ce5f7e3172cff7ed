/*
# Durable functions

A frame holds all that a suspended function needs, so that it can be copied and written
down. What the generator must see to is that it can be told what a frame holds, also by a
build of other source. A function that is annotated

	//greenlet:resumable durable

is rewritten like any other, but for this:

  - No two variables share a field: a field has the name of its variable. Two variables of one
    name in a function are name and name2, in order of declaration.

  - All its literals are types (fn_lit.go), whether they suspend or not, but those that only
    plain code gets to call: a closure of the compiler's can't be taken apart.

  - It defers literals without parameters and results only, and registers them as values of
    their types: gen.DeferHeader.DeferClosure. Any other deferred call is a closure that the
    generator writes, with held operands; to give each site a type of its own is possible, and
    was not worth it: a literal says the same.

  - A table is registered (emit, fn_durable.go), in the initialisation of package variables:

    var _ = gen.Durable((*orderFrame)(nil), `example.com/shop.order as orderFrame was dispatch
    start o n
    results ret0 ret1
    charge#51f6ecd9 .charge o n *total
    ask - o answer< n=tries
    unwind ? ret0 ret1`)

Its lines are: the name that tells the function from all others, with the import path also in
a package main; the frame type; the former name, if //greenlet:was gives one (behind these the path,
"of example.com/shop.v2", if it has a dot behind the last slash, and "in main" of a generic function in a
package main: the types of its frames have not the path). The fields that
are live at the start, which are the parameters, and the results. Then the suspensions, by
state: a label; whose return is waited for, by name, without the package if that is the same,
or - for a switch, or ? where only the
call finds that; the fields that are live there. *total is the pointer to a variable that is
boxed; answer< gets what is sent to the greenlet; n=tries was called tries; c^ is the frame
that has deferred the call, which is always the caller. unwind is where deferred calls are
made.

i2:i is the field i2 whose variable is called i: no other i is live there. Of n variables of
one name that are live at a point, the k-th is x#k/n: if their number changes, none is taken
for another. A temporary of ours is ~ and the operand that it comes from, or what a loop ranges
over, or a hash of that.

A label is what //greenlet:point above or behind a statement says or, if it doesn't, the callee
and a hash of the call as gofmt prints it; of the whole statement where temporaries of ours
are live: they have no names that the source knows. Of n calls that are the same, the k-th has
:k/n behind it: if their number changes, none is taken for another. A literal's name has a hash
of its text: its number changes with the literals before it.

Besides, generated code names for snapshots the functions that durable ones name without a call, and the
instances of generic functions that they call, as far as their types can be spelled: a process
that restores a snapshot may never have come by the line that does it.

	var _ = gen.DurableNamed("example.com/shop.charge", charge)
	var _ = gen.DurableInstance((*task.DoFrame[Item, string])(nil))

What of a frame is read elsewhere by name, and when it is refused, is package durable's. At
generation a durable function is refused if it calls a function of the package that is not
durable, or one of the runtime that runs on a stack; if it defers what it must not; if a
variable that is live across a suspension is a channel or an unsafe pointer; if it keeps a
method value of a plain method. All else, such as what an interface holds, is known at run time
only, by an error with the way to it.

Functions without the word are the same as before, and so is what they cost.
*/
package rewrite
