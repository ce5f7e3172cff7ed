// Package p has no directives, and does not import the runtime.
package p

import "dep"

type Child struct{ dep.Base }

func (Child) Next() int { return 1 } // want `Child.Next is plain and overrides a resumable method, but dep.Base.NextResumable stays promoted: resumable code that calls it through an interface runs that instead; annotate it .* or name the embedded field .companion-promoted.`

type Other struct{ dep.Base }

func (Other) Len() int { return 1 }

type Named struct{ base dep.Base }

func (n Named) Next() int { return 1 }

type nexter struct{}

func (nexter) Next() int { return 2 }

type deep struct{ dep.Base }

type Both struct { // want `Both.Next is plain and overrides a resumable method`
	deep
	nexter
}
