// Package durable copies suspended greenlets, writes them down, and makes them again: in
// another process, of another build.
//
// A greenlet that is suspended is data: the frames of the functions that it is in, and what
// their variables refer to. If all its functions are annotated
//
//		//greenlet:resumable durable
//
//	  - [Fork] makes a second greenlet that stands where the first does: its variables are copied,
//	    what pointers lead to is shared. [Clone] copies that, too.
//	  - [Snapshot] writes a greenlet, with all that it leads to, and [Restore] makes it again.
//	  - [Show] tells from a snapshot alone where it stands, and what its variables are.
//
// What a build restores was written by the same code or by another version of it: a function is
// known by its import path and name, a suspension by the callee and the text of the call or by
// the name that //greenlet:point gives, a variable by its name and type, a field by its name. What
// is gone is dropped; what has come begins as zero, but for variables that are live where the
// greenlet stands: these must be there. All else is a [*ChangedError], which says what has
// changed, and the snapshot stays as it is for a build that fits. Nothing is read as something
// that it is not. Where names are not enough, [Migrate], [MigrateType] and [Was] say how what is
// new comes from what was. [CheckLock] and [CheckSnapshot], and greenlet durable check, tell before
// which snapshots a build would refuse; [RestoreAll] restores the others, and gives back what it
// does not.
//
// Saved are numbers, strings, structs, arrays, slices, maps, pointers with identity and cycles,
// also into arrays and structs, interfaces whose types are known ([Type]), functions by name
// ([Func]), literals of durable functions with what they capture, and other greenlets; of a
// greenlet also its context, and its values of Locals ([Local]). Refused, by a [*RefusedError]
// with the way to it, are channels, other closures, unsafe pointers, contexts that can be
// canceled, loops over greenlet.Seq and over iterators of plain code, literals of generic
// functions, and structs of other packages with unexported fields, unless there is a codec
// ([Codec]) or the values are resources, which are opened anew ([Resource]).
//
// Snapshots are from nobody else: a forged one can name any durable function and choose its
// variables. [Seal] and [Open] add a code for bytes that cross a border. Bytes that are merely
// damaged are found out; no input makes Restore panic, or take more memory than [Limits] allow.
//
// All functions may be used by several goroutines at once, on different greenlets.
package durable

// What is generated is for the tests.
//
//go:generate go tool greenlet
