package explain

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// width is that of a terminal that the text is made for.
const width = 96

// Text writes the explanations for a terminal, with its escape sequences if color is
// set.
func Text(w io.Writer, list []*Explanation, color bool) error {
	t := &textWriter{color: color}
	for i, x := range All(list) {
		if i > 0 {
			t.out.WriteString("\n\n")
		}
		t.explanation(x)
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

type textWriter struct {
	out   strings.Builder
	color bool
}

func (t *textWriter) paint(sgr, s string) string {
	if !t.color {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// line writes one line.
func (t *textWriter) line(format string, args ...any) {
	t.out.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (t *textWriter) heading(s, more string) {
	t.out.WriteString("\n" + t.paint("1", s))
	if more != "" {
		t.out.WriteString(t.paint("2", "  "+more))
	}
	t.out.WriteString("\n")
}

// wrap writes words after an indent, on as many lines as they take; first stands in
// the indent of the first.
func (t *textWriter) wrap(first string, indent int, words []string) {
	line := first + strings.Repeat(" ", max(0, indent-utf8.RuneCountInString(first)))
	n := utf8.RuneCountInString(line)
	empty := true
	for _, word := range words {
		k := utf8.RuneCountInString(word)
		if !empty && n+1+k > width {
			t.line("%s", line)
			line, n, empty = strings.Repeat(" ", indent), indent, true
		}
		if !empty {
			line, n = line+" ", n+1
		}
		line, n, empty = line+word, n+k, false
	}
	t.line("%s", line)
}

// table writes rows in columns.
func (t *textWriter) table(rows [][]string) {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, "  "+strings.Join(row, "\t"))
	}
	_ = w.Flush() // to a strings.Builder
	for line := range strings.Lines(text.String()) {
		t.line("%s", strings.TrimSuffix(line, "\n"))
	}
}

func (t *textWriter) explanation(x *Explanation) {
	t.line("%s  %s", t.paint("1", x.Func), x.Pos)
	t.line("%s", t.paint("2", clip(x.Signature, width)))
	if x.Kind == Declared {
		t.heading("Why it is resumable", "")
		if len(x.Why) == 0 {
			t.line("  it is annotated, but nothing in it suspends")
		}
		var rows [][]string
		for _, s := range x.Why {
			rows = append(rows, []string{s.Pos.String(), s.Text})
		}
		t.table(rows)
	}
	t.frame(x)
	t.states(x)
	t.graph(x)
	t.allocations(x)
}

func (t *textWriter) frame(x *Explanation) {
	t.heading("Frame", x.Frame.Type+", "+x.Frame.size())
	rows := [][]string{{"offset", "bytes", "field", "type", "what"}}
	for _, f := range x.Frame.Fields {
		rows = append(rows, []string{f.Offset.String(), f.Bytes.String(), clip(f.Name, 24), clip(f.Type, 30), f.what()})
	}
	t.table(rows)
	for _, f := range x.Frame.Fields {
		if f.Boxed != "" {
			t.wrap("", 2, strings.Fields(f.Name+" is boxed: "+f.Boxed))
		}
		if f.Any != "" {
			t.wrap("", 2, strings.Fields(f.Name+" is an any: "+f.Any))
		}
	}
}

// size is the size of the frame in words.
func (f *Frame) size() string {
	if f.Bytes == Unknown {
		return f.Bytes.Text()
	}
	return fmt.Sprintf("%s (size class %s)", f.Bytes.Text(), f.SizeClass)
}

// what says what a field is for.
func (f *Field) what() string {
	s := map[Role]string{
		Header:    "the state and the calling frame",
		Captured:  "what the literal captures",
		Deferrer:  "the frame that defers the call",
		Parameter: "parameter",
		Local:     "local",
		Temporary: "temporary",
		Result:    "result",
	}[f.Role]
	if f.Var != "" && f.Var != f.Name {
		s += " " + f.Var
	}
	if f.Pos.Line != 0 {
		s += ", " + f.Pos.Short()
	}
	if len(f.Also) > 0 {
		s += ", also " + strings.Join(f.Also, ", ")
	}
	if f.Boxed != "" {
		s += ", boxed"
	}
	return s
}

func (t *textWriter) states(x *Explanation) {
	t.heading("States", "0 is the start")
	if len(x.States) == 0 {
		t.line("  none: it never suspends")
	}
	indent := 4 + len(fmt.Sprint(len(x.States)))
	for i := range x.States {
		s := &x.States[i]
		op := s.Op.Text()
		if !s.Always {
			op += ", suspends if what it calls does"
		}
		t.wrap("  "+s.Name(), indent, []string{t.paint("1", clip(s.Call, width-indent-10)), " " + s.Pos.Short()})
		pad := strings.Repeat(" ", indent)
		t.line("%s%s; resumes at %s", pad, op, s.Resumes.Short())
		if len(s.Live) > 0 {
			t.wrap(pad+"live", indent+9, append(append([]string{}, s.Live...), "("+s.LiveBytes.Text()+")"))
			if x.Eager == "" || len(s.Clean) > 0 {
				t.names(pad+"saved", indent+9, s.Saved)
				t.names(pad+"clean", indent+9, s.Clean)
			}
		}
		t.names(pad+"cleared", indent+9, s.Cleared)
	}
}

func (t *textWriter) names(first string, indent int, names []string) {
	if len(names) > 0 {
		t.wrap(first, indent, names)
	}
}

func (t *textWriter) graph(x *Explanation) {
	t.heading("Graph", "which suspension can be the next")
	if x.Graph.Omitted != "" {
		t.line("  left out: %s", x.Graph.Omitted)
		return
	}
	indent := 2 + len(Unwind) + 3
	next := map[string][]string{}
	for _, e := range x.Graph.Edges {
		next[e.From] = append(next[e.From], e.To)
	}
	for _, node := range x.nodes() {
		to := next[node]
		if node == Return {
			continue
		}
		if to == nil {
			to = []string{"nothing: it never returns"}
		}
		t.wrap(fmt.Sprintf("  %-6s →", node), indent+1, to)
	}
}

func (t *textWriter) allocations(x *Explanation) {
	t.heading("Allocations", "of the generated code")
	for _, a := range x.Allocations {
		size := ""
		if a.Bytes != Unknown {
			size = ", " + a.Bytes.Text()
		}
		what := clip(a.What, 40)
		t.wrap("  "+a.Pos.Short(), 10, strings.Fields(a.Kind.Text()+" "+what+size+", "+a.When+": "+a.Why))
	}
}

// Text is the kind in words.
func (k AllocationKind) Text() string { return strings.ReplaceAll(string(k), "_", " ") }
