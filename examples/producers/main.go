// Producers put numbers into a queue with room for one, which consumers take out at
// their own pace: who is too fast waits. Time is simulated, so that it takes none, and the
// program prints the same each time.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

type market struct {
	*hub.Hub
	goods *hub.Queue[string]
	start time.Time
}

func (m *market) say(format string, args ...any) {
	fmt.Printf("%4v  %s\n", m.Now().Sub(m.start).Round(time.Second), fmt.Sprintf(format, args...))
}

//greenlet:resumable
func (m *market) produce(name string, n int, pace time.Duration) {
	for i := range n {
		m.Sleep(pace)
		good := fmt.Sprint(name, i)
		if !m.goods.TryPut(good) {
			m.say("%s waits with %s", name, good)
			m.goods.Put(good)
		}
	}
	m.say("%s is done", name)
}

//greenlet:resumable
func (m *market) consume(name string, pace time.Duration) (n int) {
	for good := range m.goods.All() {
		m.Sleep(pace)
		m.say("%s has %s", name, good)
		n++
	}
	return n
}

// day closes the market when all producers are done, and waits for the consumers.
//
//greenlet:resumable
func (m *market) day() {
	producers := m.NewGroup()
	producers.Go(m.produce, "apple", 4, time.Second)
	producers.Go(m.produce, "pear", 4, 2*time.Second)
	fast := hub.Spawn(m.Hub, m.newConsumeFrame("Ann", 2*time.Second))
	slow := hub.Spawn(m.Hub, m.newConsumeFrame("Bob", 3*time.Second))
	producers.Join()
	m.goods.Close()
	a, _ := fast.Get()
	b, _ := slow.Get()
	m.say("Ann has had %d, Bob %d", a, b)
}

func main() {
	h := hub.NewSimulated(time.Time{})
	m := &market{Hub: h, goods: hub.NewQueue[string](h, 1), start: h.Now()}
	h.Go(m.day)
	if err := h.Run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "producers:", err)
		os.Exit(1)
	}
}
