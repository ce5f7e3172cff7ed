// Package free says what a run has of free frames, for package gen, which takes and gives
// them.
package free

// Lists are the free frames of a run: lists of types that package gen knows. Frame types share
// them by a hash of their name, so that no table of types has to be kept and instances of
// generic frames need no number of their own. A list of frames of another type counts as empty.
type Lists [64]any
