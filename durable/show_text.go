package durable

import (
	"fmt"
	"strings"
)

// How Show's result is written. What many refer to is written where it is met first, and as #n
// after that.

// Most of a value that is written: elements, and how deep.
const (
	mostShown    = 32
	deepestShown = 8
)

// String is the stack, a line for each call and each variable:
//
//	greenlet #2
//		pay.order at Sleep#6af02c11 (pay/order.go:18)
//			receipt = #5 {ID: "r1", Sum: 30}
func (st Stack) String() string { return st.Text().String() }

// String is that of the stack.
func (st StackText) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "greenlet #%d", st.ID)
	switch {
	case st.Dead:
		b.WriteString(", dead")
	case !st.Started:
		b.WriteString(", not started")
	}
	b.WriteByte('\n')
	for _, v := range st.Locals {
		fmt.Fprintf(&b, "\tlocal %s = %s\n", v.Name, v.Value)
	}
	for _, c := range st.Calls {
		fmt.Fprintf(&b, "\t%s at %s", c.Func, c.Point)
		if c.Line > 0 {
			fmt.Fprintf(&b, " (%s:%d)", c.File, c.Line)
		}
		b.WriteByte('\n')
		for _, v := range c.Vars {
			fmt.Fprintf(&b, "\t\t%s = %s\n", v.Name, v.Value)
		}
	}
	return b.String()
}

// StackText is a [Stack] as String writes it, in parts: for pages, and JSON.
type StackText struct {
	ID      int        `json:"id"`
	Started bool       `json:"started"`
	Dead    bool       `json:"dead,omitempty"`
	Reason  string     `json:"reason,omitempty"` // why the program could not go on with it
	Locals  []VarText  `json:"locals,omitempty"`
	Calls   []CallText `json:"calls"` // the innermost first
}

// CallText is a function of a StackText.
type CallText struct {
	Func  string    `json:"func"`
	Point string    `json:"point"`
	File  string    `json:"file,omitempty"`
	Line  int       `json:"line,omitempty"`
	Vars  []VarText `json:"vars,omitempty"`
}

// VarText is a variable of a StackText.
type VarText struct {
	Name  string `json:"name"`
	Type  string `json:"type,omitempty"`
	Value string `json:"value"`
}

// Text is the stack in parts.
func (st Stack) Text() StackText {
	seen := map[int]bool{}
	texts := func(vars []Var) (list []VarText) {
		for _, v := range vars {
			var b strings.Builder
			v.Value.write(&b, st.snapshot, seen, 0)
			list = append(list, VarText{v.Name, v.Value.Type, b.String()})
		}
		return list
	}
	t := StackText{ID: st.ID, Started: st.Started, Dead: st.Dead, Reason: st.Reason, Locals: texts(st.Locals), Calls: []CallText{}}
	for _, c := range st.Calls {
		t.Calls = append(t.Calls, CallText{c.Func, c.Point, c.File, c.Line, texts(c.Vars)})
	}
	return t
}

// short is a value without what it leads to.
func (v Content) short(s *shower) string {
	var b strings.Builder
	v.write(&b, s, nil, deepestShown)
	return b.String()
}

// write writes a value; those of seen have been.
func (v Content) write(b *strings.Builder, s *shower, seen map[int]bool, depth int) {
	switch {
	case v.Fields != nil:
		if !strings.HasPrefix(v.Type, "[") {
			b.WriteString(v.Type)
		}
		writeList(b, s, v.Fields, len(v.Fields), seen, depth, "")
	case v.Ref == 0:
		text := v.Text
		if len(text) > 2000 {
			text = text[:2000] + "…"
		}
		if text == "" {
			text = v.Type + "{}"
		}
		b.WriteString(text)
	default:
		fmt.Fprintf(b, "#%d%s", v.Ref, v.Text)
		list, ok := s.shown[v.Ref]
		if v.Len > 0 && v.Len != len(list) {
			fmt.Fprintf(b, "[:%d]", v.Len)
		}
		if !ok || seen == nil || seen[v.Ref] {
			return
		}
		seen[v.Ref] = true
		b.WriteByte(' ')
		if v.Text != "" {
			b.WriteString("of ")
			v.Len = len(list)
		}
		switch isMap := strings.HasPrefix(s.names[v.Ref], "map["); {
		case strings.HasPrefix(v.Type, "[]"):
			writeList(b, s, list, v.Len, seen, depth, "[")
		case isMap || len(list) != 1:
			writeList(b, s, list, len(list), seen, depth, "map")
		default:
			list[0].Value.write(b, s, seen, depth+1)
		}
	}
}

// writeList writes the first n of a list: of fields, elements, or entries.
func writeList(b *strings.Builder, s *shower, list []Var, n int, seen map[int]bool, depth int, kind string) {
	if depth >= deepestShown {
		b.WriteString("{…}")
		return
	}
	if kind == "[" && len(list) == 1 && list[0].Name == "" {
		list[0].Value.write(b, s, seen, depth+1)
		if n != len(list) {
			fmt.Fprintf(b, "[:%d]", n)
		}
		return
	}
	b.WriteByte('{')
	for i, f := range list[:min(n, len(list))] {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == mostShown {
			fmt.Fprintf(b, "… %d more", n-i)
			break
		}
		if kind != "[" && f.Name != "" {
			b.WriteString(f.Name + ": ")
		}
		f.Value.write(b, s, seen, depth+1)
	}
	b.WriteByte('}')
}
