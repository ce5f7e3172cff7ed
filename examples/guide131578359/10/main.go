package main

import (
	"context"
	"fmt"
	"time"

	"github.com/going-green/greenlet/hub"
)

//greenlet:resumable
func fetch(h *hub.Hub, name string, takes time.Duration) (string, error) {
	h.Sleep(takes) // as a connection would
	if name == "c" {
		return "", fmt.Errorf("no %s", name)
	}
	return "page of " + name, nil
}

//greenlet:resumable
func all(h *hub.Hub) {
	a := hub.Try(h, newFetchFrame(h, "a", 2*time.Second))
	b := hub.Try(h, newFetchFrame(h, "b", time.Hour))
	c := hub.Try(h, newFetchFrame(h, "c", time.Second))
	fmt.Println(a.Get()) // others run meanwhile
	fmt.Println(c.Get())
	err := h.WithTimeout(3*time.Second, func() { fmt.Println(b.Get()) })
	fmt.Println("b:", err)
	b.Kill()
}

func main() {
	h := hub.NewSimulated(time.Time{}) // hub.New() for real time
	h.Go(all, h)
	fmt.Println(h.Run(context.Background()))
}
