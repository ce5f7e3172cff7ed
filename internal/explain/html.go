package explain

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"words": func(list []string) string { return strings.Join(list, " ") },
	"what":  func(f Field) string { return f.what() },
}).Parse(pageHTML))

// pageFunc is what the page shows of one function.
type pageFunc struct {
	*Explanation
	Index   int
	Size    string
	Lines   []*pageLine
	Graph   template.HTML
	NoGraph string // why there is none
	Nested  bool   // a literal
}

// HTML writes one page that shows the explanations: the source and the graph side by
// side, and tables. It refers to nothing outside itself. Graphs that are too large to
// be looked at are left out, and the page says so.
func HTML(w io.Writer, list []*Explanation) error {
	data := struct {
		Title string
		CSS   template.CSS
		JS    template.JS
		Funcs []*pageFunc
	}{CSS: template.CSS(pageCSS), JS: template.JS(pageJS)}
	var titles []string
	for _, x := range list {
		titles = append(titles, x.Func)
	}
	data.Title = strings.Join(titles, ", ")
	for i, x := range All(list) {
		f := &pageFunc{Explanation: x, Index: i, Size: x.Frame.size(), Lines: pageLines(x), Nested: x.Kind != Declared}
		if d, ok := layout(x); ok {
			f.Graph = d.svg(x)
		} else {
			f.NoGraph = x.Graph.Omitted
			if f.NoGraph == "" {
				f.NoGraph = fmt.Sprintf("%d states and %d edges are too many to draw; explain -dot has them", len(x.States), len(x.Graph.Edges))
			}
		}
		data.Funcs = append(data.Funcs, f)
	}
	return page.Execute(w, data)
}
