package ir

import "go/types"

// MapIter is the type *greenlet.MapIter[K, V]. It isn't that of go/types
// because the user's package need not import it.
type MapIter struct{ Key, Elem types.Type }

func (t *MapIter) Underlying() types.Type { return t }
func (t *MapIter) String() string         { return "*greenlet.MapIter" }
