package gen

// Generated code and this package have to agree on what they say to each other: the
// protocol, a number that is raised when code generated before would not run as it
// should. A generated file names the constant of its protocol, and a runtime has the
// constants of those that it runs: else the program doesn't compile, and the error
// says which command mends that.
//
// The number is raised, too, where the compiler would find the difference by itself,
// for its errors would say nothing of generators.

// Protocol1_RunGoGenerate says that this package runs code that was generated for
// protocol 1. If it is undefined, generate anew: go generate, or go tool greenlet. That
// of a dependency is up to its authors: ask for another version of it.
const Protocol1_RunGoGenerate = 1
