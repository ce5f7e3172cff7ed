package durable

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// lock is a lock file that was read.
type lock struct {
	funcs    []lockedFunc
	literals []lockedLiteral
	known    []lockedName
	types    map[string]*node
	used     map[string]int // the line where a type was mentioned first
}

type lockedFunc struct {
	wireFunc
	line    int
	callees []string // by point
}

type lockedLiteral struct {
	name string
	node *node
	line int
}

// lockedName is what was registered: a type, a function, or a value.
type lockedName struct {
	what, name, typ string
	node            *node
	line            int
}

// readLock reads what [Lock] has written.
func readLock(text string) (*lock, error) {
	l := &lock{types: map[string]*node{}, used: map[string]int{}}
	var fields *[]nodeField // of the struct or literal that is being read
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		r := &lockLine{lock: l, rest: strings.TrimLeft(line, "\t"), line: i + 1}
		switch tabs := len(line) - len(r.rest); tabs {
		case 0:
			fields = l.item(r)
		default:
			l.part(r, tabs, fields)
		}
		if r.err == nil && r.rest != "" {
			r.fail("there is more than was expected: " + r.rest)
		}
		if r.err != nil {
			return nil, r.err
		}
	}
	for name, nd := range l.types {
		if nd.kind == reflect.Invalid {
			if nd.kind = kindNamed(name); nd.kind == reflect.Invalid {
				return nil, fmt.Errorf("line %d: there is no type %s in the file", l.used[name], name)
			}
		}
	}
	return l, nil
}

// item reads a line that begins something.
func (l *lock) item(r *lockLine) (fields *[]nodeField) {
	switch what := r.word(); what {
	case "func":
		f := lockedFunc{line: r.line}
		f.name = r.word()
		r.word()
		l.funcs = append(l.funcs, f)
	case "literal":
		lit := lockedLiteral{name: r.word(), line: r.line}
		lit.node = r.named(lit.name)
		lit.node.kind = reflect.Struct
		l.literals = append(l.literals, lit)
		return &lit.node.fields
	case "type":
		return l.define(r)
	case "known":
		k := lockedName{what: what, node: r.typ(0), line: r.line}
		r.rest = strings.TrimPrefix(r.rest, " ")
		if k.name = k.node.String(); r.rest != "" {
			k.name = r.word()
		}
		l.known = append(l.known, k)
	case "function":
		l.known = append(l.known, lockedName{what: what, name: r.word(), typ: r.word(), line: r.line})
	case "value":
		l.known = append(l.known, lockedName{what: what, name: r.word(), line: r.line})
	default:
		r.fail("a line can't begin with " + what)
	}
	return nil
}

// define reads what a type with a name is.
func (l *lock) define(r *lockLine) *[]nodeField {
	nd := r.typ(0)
	r.rest = strings.TrimPrefix(r.rest, " ")
	if r.err != nil {
		return nil
	}
	switch rest := r.rest; {
	case rest == "struct":
		r.rest, nd.kind = "", reflect.Struct
		return &nd.fields
	case strings.HasPrefix(rest, "codec "):
		r.word()
		nd.codec = r.word()
		nd.kind = kindNamed(r.word())
	default:
		of := r.typ(0)
		nd.kind, nd.elem, nd.key, nd.len, nd.fields = of.kind, of.elem, of.key, of.len, of.fields
		if of.name != "" {
			nd.kind = kindNamed(of.name)
		}
	}
	if nd.kind == reflect.Invalid {
		r.fail("there is no such kind of types")
	}
	return nil
}

// part reads a line of what began above.
func (l *lock) part(r *lockLine, tabs int, fields *[]nodeField) {
	switch {
	case fields != nil && tabs == 1:
		*fields = append(*fields, nodeField{r.word(), r.typ(0)})
	case fields == nil && tabs == 1 && len(l.funcs) > 0:
		f := &l.funcs[len(l.funcs)-1]
		f.points = append(f.points, wirePoint{label: r.word()})
		f.callees = append(f.callees, r.word())
		f.defers = f.defers || f.points[len(f.points)-1].label == unwinding
	case fields == nil && tabs == 2 && len(l.funcs) > 0 && len(l.funcs[len(l.funcs)-1].points) > 0:
		f := &l.funcs[len(l.funcs)-1]
		p := &f.points[len(f.points)-1]
		name, box := strings.CutPrefix(r.word(), "*")
		name, receives := strings.CutSuffix(name, "<")
		nd := r.typ(0)
		if box {
			nd = &node{kind: reflect.Pointer, elem: nd}
		}
		p.fields = append(p.fields, wireField{name, box, receives, nd})
	default:
		r.fail("it is of nothing above it")
	}
}

func kindNamed(name string) reflect.Kind {
	for k := reflect.Bool; k <= reflect.UnsafePointer; k++ {
		if k.String() == name {
			return k
		}
	}
	return reflect.Invalid
}

// lockLine is what is left of a line.
type lockLine struct {
	lock *lock
	rest string
	line int
	err  error
}

func (r *lockLine) fail(why string) {
	if r.err == nil {
		r.err = fmt.Errorf("line %d: %s", r.line, why)
	}
	r.rest = ""
}

// word is the next one, which may have quotes.
func (r *lockLine) word() string {
	missing := r.rest == ""
	s := r.name(" ")
	r.rest = strings.TrimPrefix(r.rest, " ")
	if missing {
		r.fail("something is missing at its end")
	}
	return s
}

// name is what goes on to one of the ends, or has quotes. Brackets are in pairs.
func (r *lockLine) name(ends string) string {
	if strings.HasPrefix(r.rest, `"`) {
		q, err := strconv.QuotedPrefix(r.rest)
		if err != nil {
			r.fail("a name has no end")
			return ""
		}
		r.rest = r.rest[len(q):]
		s, _ := strconv.Unquote(q)
		return s
	}
	open := 0
	for i := range len(r.rest) {
		switch c := r.rest[i]; {
		case open == 0 && strings.IndexByte(ends, c) >= 0:
			s := r.rest[:i]
			r.rest = r.rest[i:]
			return s
		case c == '[':
			open++
		case c == ']':
			open--
		}
	}
	s := r.rest
	r.rest = ""
	return s
}

// typ reads a type.
func (r *lockLine) typ(depth int) *node {
	if depth++; depth > deepest || r.err != nil {
		r.fail("a type has too many parts")
		return new(node)
	}
	nd := new(node)
	switch s := r.rest; {
	case strings.HasPrefix(s, greenletText):
		r.rest = s[len(greenletText):]
		nd.kind = reflect.Pointer
	case strings.HasPrefix(s, "*"):
		r.rest = s[1:]
		nd.kind, nd.elem = reflect.Pointer, r.typ(depth)
	case strings.HasPrefix(s, "[]"):
		r.rest = s[2:]
		nd.kind, nd.elem = reflect.Slice, r.typ(depth)
	case strings.HasPrefix(s, "["):
		n, rest, _ := strings.Cut(s[1:], "]")
		length, err := strconv.Atoi(n)
		if err != nil || length < 0 {
			r.fail("an array has no length")
			return nd
		}
		r.rest = rest
		nd.kind, nd.len, nd.elem = reflect.Array, length, r.typ(depth)
	case strings.HasPrefix(s, "map["):
		r.rest = s[4:]
		nd.kind, nd.key = reflect.Map, r.typ(depth)
		if !strings.HasPrefix(r.rest, "]") {
			r.fail("a map has no values")
			return nd
		}
		r.rest = r.rest[1:]
		nd.elem = r.typ(depth)
	case strings.HasPrefix(s, "struct{"):
		r.rest = s[len("struct{"):]
		nd.kind = reflect.Struct
		for r.err == nil && !strings.HasPrefix(r.rest, "}") {
			name := r.word()
			nd.fields = append(nd.fields, nodeField{name, r.typ(depth)})
			r.rest = strings.TrimPrefix(r.rest, ";")
		}
		r.rest = strings.TrimPrefix(r.rest, "}")
	default:
		return r.named(r.name(" ];}"))
	}
	return nd
}

// named is the type with the name.
func (r *lockLine) named(name string) *node {
	switch name {
	case "":
		r.fail("a type is missing")
		return new(node)
	case "func", "interface", "chan":
		return &node{kind: kindNamed(name)}
	}
	nd := r.lock.types[name]
	if nd == nil {
		nd = &node{name: name}
		r.lock.types[name] = nd
		r.lock.used[name] = r.line
	}
	return nd
}
