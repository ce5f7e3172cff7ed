package ir

import (
	"iter"
	"math/bits"
	"slices"
)

// VarSet is a set of variables of one function, as bits by their Index: the data
// flow of a long function has such a set at each block. Variables that are not
// among the function's Vars, those that a literal captures, are never in it.
type VarSet []uint64

// NewVarSet is an empty set.
func (f *Func) NewVarSet() VarSet { return make(VarSet, (len(f.Vars)+63)/64) }

// Has reports whether v is in s. Nothing is in a nil set.
func (s VarSet) Has(v *Var) bool {
	return v.Kind != Captured && v.Index/64 < len(s) && s[v.Index/64]&(1<<(v.Index%64)) != 0
}

// Add puts v into s.
func (s VarSet) Add(v *Var) {
	if v.Kind != Captured {
		s[v.Index/64] |= 1 << (v.Index % 64)
	}
}

// Remove takes v out of s.
func (s VarSet) Remove(v *Var) {
	if v.Kind != Captured {
		s[v.Index/64] &^= 1 << (v.Index % 64)
	}
}

// Include adds what is in other, and reports whether s has grown by that.
func (s VarSet) Include(other VarSet) (grown bool) {
	for i, w := range other {
		if w&^s[i] != 0 {
			s[i] |= w
			grown = true
		}
	}
	return grown
}

// Exclude takes out what is in other.
func (s VarSet) Exclude(other VarSet) {
	for i, w := range other {
		s[i] &^= w
	}
}

// Intersect takes out what is not in other.
func (s VarSet) Intersect(other VarSet) {
	for i, w := range other {
		s[i] &= w
	}
}

// Clone is a copy of s.
func (s VarSet) Clone() VarSet { return slices.Clone(s) }

// Empty reports whether nothing is in s.
func (s VarSet) Empty() bool {
	return !slices.ContainsFunc(s, func(w uint64) bool { return w != 0 })
}

// Members are the variables in s, in the order of f.Vars.
func (f *Func) Members(s VarSet) iter.Seq[*Var] {
	return func(yield func(*Var) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(f.Vars[64*i+bits.TrailingZeros64(w)]) {
					return
				}
			}
		}
	}
}
