// Package scanner reads netstrings, "5:hello,", that arrive in pieces cut anywhere, twice: by a machine of states and
// steps, which is how scanners that are fed are written in Go (the scanner of encoding/json is one), and by a loop that asks for the
// next byte, and is suspended while there is none.
package scanner

import (
	"errors"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// ErrBad is of what is no netstring, or is longer than Longest.
var ErrBad = errors.New("scanner: no netstring")

// Longest bounds a netstring.
const Longest = 1 << 20

// --- Before: what was in loops and local variables is in fields, and the loops are gone.

// Steps is fed by Write, and calls emit with each string. What emit is given is its own.
type Steps struct {
	emit   func([]byte)
	step   func(*Steps, byte) error
	length int
	digits int
	text   []byte
}

// NewSteps makes a scanner.
func NewSteps(emit func([]byte)) *Steps { return &Steps{emit: emit, step: (*Steps).inLength} }

// Write takes a piece. Behind an error all are.
func (s *Steps) Write(piece []byte) (int, error) {
	for i, c := range piece {
		if err := s.step(s, c); err != nil {
			s.step = (*Steps).failed
			return i, err
		}
	}
	return len(piece), nil
}

func (s *Steps) failed(byte) error { return ErrBad }

func (s *Steps) inLength(c byte) error {
	switch {
	case c >= '0' && c <= '9' && s.length <= Longest && (s.digits == 0 || s.length > 0):
		s.length = 10*s.length + int(c-'0')
		s.digits++
		return nil
	case c == ':' && s.digits > 0 && s.length <= Longest:
		s.text = make([]byte, 0, min(s.length, 4096))
		s.step = (*Steps).inText
		if s.length == 0 {
			s.step = (*Steps).atComma
		}
		return nil
	}
	return ErrBad
}

func (s *Steps) inText(c byte) error {
	if s.text = append(s.text, c); len(s.text) == s.length {
		s.step = (*Steps).atComma
	}
	return nil
}

func (s *Steps) atComma(c byte) error {
	if c != ',' {
		return ErrBad
	}
	s.emit(s.text)
	s.length, s.digits, s.text = 0, 0, nil
	s.step = (*Steps).inLength
	return nil
}

// --- After: a loop in a loop.

// Fed is fed by Write, and calls emit with each string.
type Fed struct {
	piece []byte // what has not been read
	emit  func([]byte)
	loop  *greenlet.Greenlet
	err   error
}

// NewFed makes a scanner.
func NewFed(emit func([]byte)) *Fed {
	s := &Fed{emit: emit}
	s.loop = greenlet.New(scan, s)
	s.loop.Switch() // up to where it wants a byte
	return s
}

// Write takes a piece. Behind an error all are.
func (s *Fed) Write(piece []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.piece = piece; len(piece) > 0 {
		s.loop.Switch()
	}
	if s.err != nil {
		return max(0, len(piece)-len(s.piece)-1), s.err
	}
	return len(piece), nil
}

// next is the next byte.
//
//greenlet:resumable
func (s *Fed) next() byte {
	for len(s.piece) == 0 {
		greenlet.Main().Switch()
	}
	c := s.piece[0]
	s.piece = s.piece[1:]
	return c
}

//greenlet:resumable
func scan(s *Fed) {
	for {
		length, c := 0, s.next()
		for digits := 0; c != ':' || digits == 0; digits++ {
			if c < '0' || c > '9' || length > Longest || digits > 0 && length == 0 {
				s.err = ErrBad
				return
			}
			length = 10*length + int(c-'0')
			c = s.next()
		}
		if length > Longest {
			s.err = ErrBad
			return
		}
		text := make([]byte, 0, min(length, 4096))
		for len(text) < length {
			text = append(text, s.next())
			n := min(len(s.piece), length-len(text)) // what is there is taken at once: it is a slice, and no byte at a time
			text, s.piece = append(text, s.piece[:n]...), s.piece[n:]
		}
		if s.next() != ',' {
			s.err = ErrBad
			return
		}
		s.emit(text)
	}
}
