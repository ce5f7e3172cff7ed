// Samefringe tells whether two binary trees have the same leaves in the same
// order, whatever their shapes. It walks both at once, each by the obvious
// recursion, and stops both at the first difference: neither tree is flattened
// into a list, and no goroutine walks ahead.
package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// tree is a leaf, or two subtrees.
type tree struct {
	leaf        string
	left, right *tree
}

func leaf(s string) *tree          { return &tree{leaf: s} }
func fork(left, right *tree) *tree { return &tree{left: left, right: right} }

// leftComb is a tree with the given letters as its leaves that grows to the
// left: as deep as it has leaves.
func leftComb(letters string) *tree {
	t := leaf(letters[:1])
	for _, letter := range letters[1:] {
		t = fork(t, leaf(string(letter)))
	}
	return t
}

// rightComb is the same, growing to the right.
func rightComb(letters string) *tree {
	if len(letters) == 1 {
		return leaf(letters)
	}
	return fork(leaf(letters[:1]), rightComb(letters[1:]))
}

// fringe yields the leaves from left to right. A Yield is possible at any
// depth of the recursion.
//
//greenlet:resumable
func (t *tree) fringe() {
	if t.left == nil {
		greenlet.Yield(t.leaf)
		return
	}
	t.left.fringe()
	t.right.fringe()
}

// sameFringe compares the leaves of a and b, and counts how many of each it had
// to look at.
func sameFringe(a, b *tree) (same bool, looked int) {
	nextA, stopA := greenlet.Pull(a.newFringeFrame())
	defer stopA()
	nextB, stopB := greenlet.Pull(b.newFringeFrame())
	defer stopB()
	for {
		leafA, moreA := nextA()
		leafB, moreB := nextB()
		if leafA != leafB || moreA != moreB {
			return false, looked + 1
		}
		if !moreA {
			return true, looked
		}
		looked++
	}
}

func main() {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	balanced := fork(fork(leaf("a"), leaf("b")), fork(leaf("c"), leaf("d")))
	trees := []struct {
		name string
		a, b *tree
	}{
		{"balanced and left comb", balanced, leftComb("abcd")},
		{"left comb and right comb", leftComb(letters), rightComb(letters)},
		{"different third leaf", leftComb(letters), rightComb("abX" + letters[3:])},
		{"one is longer", balanced, rightComb("abcde")},
	}
	for _, t := range trees {
		same, looked := sameFringe(t.a, t.b)
		fmt.Printf("%-25s same: %-5v looked at %d leaves\n", t.name, same, looked)
	}
}
