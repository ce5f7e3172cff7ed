// Ring passes a token round 1,000 greenlets, and tells who holds it when it has
// been passed on often enough. Each greenlet switches straight to the next by
// name: there is no scheduler between them and no queue.
package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

const (
	size   = 1_000
	passes = 1_234_567
)

// member is one of the ring.
type member struct {
	number int
	self   *greenlet.Greenlet
	next   *member
}

// pass receives a token and passes it on, for ever. The token is the number of
// passes that are left. The first switch to a member starts pass with its
// argument; each later switch is what Switch returns here.
//
//greenlet:resumable
func (m *member) pass(token int) {
	for token > 0 {
		token = greenlet.Switch[int](m.next.self, token-1)
	}
	greenlet.Switch[any](greenlet.Main(), m.number)
}

// newRing makes a ring and returns its first member.
func newRing(size int) *member {
	members := make([]member, size)
	for i := range members {
		m := &members[i]
		m.number = i + 1
		m.next = &members[(i+1)%size]
		m.self = greenlet.New(m.pass, 0)
	}
	return &members[0]
}

func main() {
	first := newRing(size)
	// Plain code is the greenlet Main, so this call returns when somebody
	// switches to that. The ring is suspended then, and garbage.
	holder := greenlet.Switch[int](first.self, passes)
	fmt.Printf("after %d passes member %d of %d has the token\n", passes, holder, size)
}
