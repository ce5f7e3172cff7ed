package main

import (
	"context"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// shop is a page with a function that waits.
type shop struct {
	*hub.Hub
	page *template.Template
}

// price asks the warehouse, which takes a second. It is the template that calls it.
func (s *shop) price(item string) int {
	s.Sleep(time.Second)
	return 10 * len(item)
}

// render fills in the page while other tasks run.
//
//greenlet:resumable
func (s *shop) render(items ...string) {
	var text strings.Builder
	var err error
	greenlet.OnStack(func(greenlet.Section) { err = s.page.Execute(&text, items) })
	fmt.Println(strings.TrimSpace(text.String()), err)
}

func renderPages() {
	s := &shop{Hub: hub.NewSimulated(time.Time{})}
	s.page = template.Must(template.New("page").Funcs(template.FuncMap{"price": s.price}).Parse(
		`{{range .}}{{.}} {{price .}}; {{end}}`))
	began := s.Now()
	s.Go(s.render, "pen", "paper")
	s.Go(s.render, "ink", "blotter")
	err := s.Run(context.Background())
	fmt.Println("four prices in", s.Now().Sub(began), err)
}
