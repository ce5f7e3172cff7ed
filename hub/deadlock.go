package hub

import (
	"fmt"
	"strings"
)

// Deadlock is the error of [Hub.Run] when nothing can happen any more and tasks wait: for
// each other, or for what nobody will do.
type Deadlock struct{ Waiting []TaskState }

func (d *Deadlock) Error() string {
	lines := []string{fmt.Sprintf("hub: deadlock: %d tasks wait for ever", len(d.Waiting))}
	for _, s := range d.Waiting {
		lines = append(lines, s.String())
	}
	return strings.Join(lines, "\n\t")
}

func (h *Hub) deadlock() error {
	if h.first == nil {
		return nil
	}
	return &Deadlock{h.States()}
}
