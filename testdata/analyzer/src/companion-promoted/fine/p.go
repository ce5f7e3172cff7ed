// Package fine is one that the generator runs on.
package fine

import "dep"

type Child struct{ dep.Base }

func (Child) Next() int { return 1 }

//greenlet:resumable
func f(b dep.Base) int { return b.Next() }
