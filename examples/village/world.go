// Package village is a game without a picture: thousands of villagers, each a script that runs for ever and waits
// for the next tick wherever it has to. Saving the game is one call, for scripts that wait are data.
package village

import (
	"fmt"
	"hash/fnv"
	"io"

	"github.com/going-green/greenlet/durable"
	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// World is all there is. A script reaches it by its villager, so a snapshot has it once.
type World struct {
	Tick   int
	Stock  int // in the market
	Spoilt int
	Random uint32

	People  []*Villager
	scripts []*greenlet.Greenlet
}

// Villager is somebody whom a script moves.
type Villager struct {
	Name  string
	X, Y  int
	Carry int
	Meals int
	World *World
}

// New is a village of n people.
func New(n int) *World {
	w := &World{Random: 1}
	for i := range n {
		v := &Villager{Name: fmt.Sprint("villager ", i), X: i % 40, Y: i % 25, World: w}
		w.People = append(w.People, v)
		switch i % 5 {
		case 0:
			w.scripts = append(w.scripts, greenlet.New(guard, v))
		case 1:
			w.scripts = append(w.scripts, greenlet.New(baker, v, 3+i%4))
		default:
			w.scripts = append(w.scripts, greenlet.New(farmer, v, i%40, 24-i%25))
		}
	}
	return w
}

// Step gives each script its turn, up to where it waits.
func (w *World) Step() {
	w.Tick++
	for _, g := range w.scripts {
		g.Switch()
	}
}

// roll is a number below n. Its state is in the world, so a game that was saved goes on as it would have.
func (w *World) roll(n int) int {
	w.Random = w.Random*1664525 + 1013904223
	return int(w.Random>>16) % n
}

// Sum is a number that any difference between two worlds changes.
func (w *World) Sum() uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, w.Tick, w.Stock, w.Spoilt, w.Random)
	for _, v := range w.People {
		fmt.Fprint(h, v.Name, v.X, v.Y, v.Carry, v.Meals)
	}
	return h.Sum64()
}

// keep holds a world. It is what is saved: all else hangs from it.
//
//greenlet:resumable durable
func keep(w *World) {
	for {
		greenlet.Yield(w)
	}
}

// Save writes the game. It goes on as if nothing had happened.
func (w *World) Save(out io.Writer) error {
	k := greenlet.New(keep, w)
	k.Switch()
	b, err := durable.Snapshot(k)
	if err != nil {
		return fmt.Errorf("saving the village: %w", err)
	}
	_, err = out.Write(b)
	return err
}

// Load makes the game again that Save has written, in this process or another.
func Load(in io.Reader) (*World, error) {
	b, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	list, err := durable.Restore(b)
	if err != nil {
		return nil, fmt.Errorf("loading the village: %w", err)
	}
	w, ok := list[0].Switch().(*World)
	if !ok {
		return nil, fmt.Errorf("loading the village: the snapshot is of something else")
	}
	return w, nil
}
