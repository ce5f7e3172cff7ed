package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// parser is a recursive-descent parser of JSON. Its methods read as if the
// input were all there: each is one rule of the grammar, and where a rule needs
// another it calls it. Only peek knows that the input arrives in pieces.
type parser struct {
	rest   []byte // of the piece fed last
	offset int    // of rest in the whole input
	closed bool
}

// end is what peek shows behind the last byte.
const end = -1

// peek is the next byte, without taking it. When there is none yet it suspends
// the whole parser, however deep in the grammar that is, until the next piece
// is there. An empty piece is the end of the input.
//
//greenlet:resumable
func (p *parser) peek() rune {
	if len(p.rest) == 0 && !p.closed {
		p.rest = greenlet.Exchange[[]byte](p.offset)
		p.closed = len(p.rest) == 0
	}
	if p.closed {
		return end
	}
	return rune(p.rest[0])
}

// skip takes the byte that peek has shown.
func (p *parser) skip() {
	if !p.closed {
		p.rest = p.rest[1:]
		p.offset++
	}
}

// space takes white space and shows the byte after it.
//
//greenlet:resumable
func (p *parser) space() rune {
	for {
		switch c := p.peek(); c {
		case ' ', '\t', '\r', '\n':
			p.skip()
		default:
			return c
		}
	}
}

// document is one value with nothing after it.
//
//greenlet:resumable
func (p *parser) document() (any, error) {
	v, err := p.value()
	if err == nil && p.space() != end {
		err = p.unexpected("the end")
	}
	return v, err
}

//greenlet:resumable
func (p *parser) value() (any, error) {
	switch c := p.space(); {
	case c == '{':
		return p.object()
	case c == '[':
		return p.array()
	case c == '"':
		return p.str()
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	default:
		return p.word()
	}
}

//greenlet:resumable
func (p *parser) object() (any, error) {
	p.skip()
	members := map[string]any{}
	if p.space() == '}' {
		p.skip()
		return members, nil
	}
	for {
		if p.space() != '"' {
			return nil, p.unexpected("a name")
		}
		name, err := p.str()
		if err != nil {
			return nil, err
		}
		if p.space() != ':' {
			return nil, p.unexpected("a colon")
		}
		p.skip()
		if members[name], err = p.value(); err != nil {
			return nil, err
		}
		switch p.space() {
		case ',':
			p.skip()
		case '}':
			p.skip()
			return members, nil
		default:
			return nil, p.unexpected("a comma or }")
		}
	}
}

//greenlet:resumable
func (p *parser) array() (any, error) {
	p.skip()
	elements := []any{}
	if p.space() == ']' {
		p.skip()
		return elements, nil
	}
	for {
		element, err := p.value()
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
		switch p.space() {
		case ',':
			p.skip()
		case ']':
			p.skip()
			return elements, nil
		default:
			return nil, p.unexpected("a comma or ]")
		}
	}
}

//greenlet:resumable
func (p *parser) str() (string, error) {
	p.skip()
	var s strings.Builder
	for {
		c := p.peek()
		switch {
		case c == end:
			return "", p.unexpected("the rest of a string")
		case c == '"':
			p.skip()
			return s.String(), nil
		case c == '\\':
			p.skip()
			r, err := p.escaped()
			if err != nil {
				return "", err
			}
			s.WriteRune(r)
		default:
			p.skip()
			s.WriteByte(byte(c))
		}
	}
}

// escaped is the character that stands behind a backslash.
//
//greenlet:resumable
func (p *parser) escaped() (rune, error) {
	c := p.peek()
	if i := strings.IndexRune(`"\/bfnrt`, c); i >= 0 {
		p.skip()
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	if c != 'u' {
		return 0, p.unexpected("an escape")
	}
	p.skip()
	digits := ""
	for range 4 {
		digits += string(p.peek())
		p.skip()
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return 0, fmt.Errorf("offset %d: \\u%s is no character", p.offset-6, digits)
	}
	return rune(n), nil
}

//greenlet:resumable
func (p *parser) number() (any, error) {
	var digits []byte
	for c := p.peek(); strings.ContainsRune("+-.eE0123456789", c); c = p.peek() {
		digits = append(digits, byte(c))
		p.skip()
	}
	return strconv.ParseFloat(string(digits), 64)
}

//greenlet:resumable
func (p *parser) word() (any, error) {
	var letters []byte
	for c := p.peek(); 'a' <= c && c <= 'z'; c = p.peek() {
		letters = append(letters, byte(c))
		p.skip()
	}
	switch string(letters) {
	case "null":
		return nil, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "":
		return nil, p.unexpected("a value")
	}
	return nil, fmt.Errorf("offset %d: %q is no value", p.offset-len(letters), letters)
}

// unexpected says what stands where something else was wanted.
func (p *parser) unexpected(wanted string) error {
	if p.closed {
		return errors.New("the input ends where " + wanted + " is expected")
	}
	return fmt.Errorf("offset %d: %q, where %s is expected", p.offset, p.rest[0], wanted)
}
