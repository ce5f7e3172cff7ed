package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/going-green/greenlet/hub"
)

//greenlet:resumable
func consume(jobs *hub.Queue[int], sum *int) {
	for n := range jobs.All() {
		*sum += n
	}
}

//greenlet:resumable
func produce(jobs *hub.Queue[int], n int) {
	for i := range n {
		jobs.Put(i) // waits while there are ten in it
	}
}

func main() {
	h := hub.New()
	jobs := hub.NewQueue[int](h, 10)
	sum := 0
	for range 3 {
		h.Go(consume, jobs, &sum)
	}
	h.Go(produce, jobs, 101)
	err := h.Run(context.Background()) // nobody calls jobs.Close
	lines := strings.Split(err.Error(), "\n")
	what, _, _ := strings.Cut(lines[1], " in main")
	fmt.Println(sum)
	fmt.Println(lines[0])
	fmt.Println(strings.TrimSpace(what))
}
