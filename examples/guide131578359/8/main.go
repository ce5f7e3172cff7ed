package main

import (
	"fmt"
	"sort"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func ranked(names []string) []string {
	greenlet.OnStack(func(s greenlet.Section) {
		sort.Slice(names, func(i, j int) bool {
			return greenlet.ExchangeIn[bool](s, names[i]+" before "+names[j]+"?")
		})
	})
	return names
}

func main() {
	frame := newRankedFrame([]string{"plum", "fig", "cherry"})
	g := greenlet.New(frame)
	for question := g.Switch(); !g.Dead(); {
		yes := question != "cherry before fig?"
		fmt.Println(question, yes)
		question = g.Switch(yes)
	}
	fmt.Println(frame.Results())
}
