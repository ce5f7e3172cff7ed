// Package sim has the declarations of the simulator that the analyzer looks at, and no
// bodies worth speaking of.
package sim

import (
	"math/rand/v2"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

type (
	Network struct{}
	Host    struct{ main *greenlet.Greenlet }
	Hub     struct{}

	Simulation struct {
		Start func(n *Network) (check func() error)
	}
)

func (s Simulation) Run(seed uint64) error         { return nil }
func (n *Network) Host(name string) *Host          { return nil }
func (n *Network) Hub() *Hub                       { return nil }
func (h *Host) Go(run any, args ...any)            {}
func (h *Host) Crash()                             {}
func (h *Hub) Now() (t time.Time)                  { return t }
func (h *Hub) Rand() *rand.Rand                    { return nil }
func (h *Hub) AfterFunc(d time.Duration, f func()) {}
func (h *Hub) Tracef(format string, args ...any)   {}
