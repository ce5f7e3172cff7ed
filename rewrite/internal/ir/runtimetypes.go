package ir

import "go/types"

// Types of our runtime that variables of ours may have. They aren't those of
// go/types, because the user's package need not import the runtime.

// MapIter is the type *gen.MapIter[K, V].
type MapIter struct{ Key, Elem types.Type }

func (t *MapIter) Underlying() types.Type { return t }
func (t *MapIter) String() string         { return "*gen.MapIter" }

// Parts are the types it is spelled with (color.WalkType).
func (t *MapIter) Parts() []types.Type { return []types.Type{t.Key, t.Elem} }

// LoopState is the type *gen.Loop.
type LoopState struct{}

func (t *LoopState) Underlying() types.Type { return t }
func (t *LoopState) String() string         { return "*gen.Loop" }
