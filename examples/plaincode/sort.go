package main

import (
	"fmt"
	"sort"

	greenlet "github.com/going-green/greenlet/runtime"
)

// question is which of two is better.
type question struct{ a, b string }

// ranked sorts names, best first, by asking.
//
//greenlet:resumable
func ranked(names []string) []string {
	greenlet.OnStack(func(s greenlet.Section) {
		sort.Slice(names, func(i, j int) bool {
			return greenlet.ExchangeIn[bool](s, question{names[i], names[j]})
		})
	})
	return names
}

// sortByAsking answers as somebody would who likes what is short.
func sortByAsking() {
	frame := newRankedFrame([]string{"liquorice", "plum", "fig", "cherry"})
	ranking := greenlet.ExchangerOf[bool, question](frame)
	for q, ok := ranking.Next(); ok; {
		answer := len(q.a) < len(q.b)
		fmt.Println(q.a, "better than", q.b+"?", answer)
		q, ok = ranking.Send(answer)
	}
	fmt.Println(frame.Results())
}
