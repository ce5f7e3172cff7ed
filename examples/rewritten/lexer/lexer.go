// Package lexer splits templates such as "hello {{name}}, {{if x}}yes{{end}}" into items, twice: by the design that Rob Pike
// has told of, in which state functions send items to a channel that the parser reads, and with greenlets in place of the channel
// and of the goroutine. (The text/template of today calls its state functions for one item at a time, by hand.)
package lexer

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// Kind is what an item is.
type Kind uint8

const (
	Text Kind = iota
	Left
	Right
	Name
	Number
	Bad
	End
)

// Item is a token.
type Item struct {
	Kind Kind
	Text string
}

const left, right = "{{", "}}"

// --- Before: a goroutine runs the state functions, and the parser reads a channel.

type state func(*channelLexer) state

type channelLexer struct {
	input      string
	start, pos int
	items      chan Item
}

// ByChannel is the items of a text. They all have to be read: who stops leaves a goroutine behind that waits for ever.
func ByChannel(text string) <-chan Item {
	l := &channelLexer{input: text, items: make(chan Item)}
	go func() {
		for s := inText; s != nil; {
			s = s(l)
		}
		close(l.items)
	}()
	return l.items
}

func (l *channelLexer) emit(k Kind) {
	l.items <- Item{k, l.input[l.start:l.pos]}
	l.start = l.pos
}

func inText(l *channelLexer) state {
	n := strings.Index(l.input[l.pos:], left)
	if n < 0 {
		l.pos = len(l.input)
		if l.pos > l.start {
			l.emit(Text)
		}
		l.emit(End)
		return nil
	}
	if l.pos += n; l.pos > l.start {
		l.emit(Text)
	}
	l.pos += len(left)
	l.emit(Left)
	return inAction
}

func inAction(l *channelLexer) state {
	for {
		switch rest := l.input[l.pos:]; {
		case strings.HasPrefix(rest, right):
			l.pos += len(right)
			l.emit(Right)
			return inText
		case rest == "":
			l.emit(Bad)
			return nil
		default:
			r, n := utf8.DecodeRuneInString(rest)
			switch {
			case unicode.IsSpace(r):
				l.pos += n
				l.start = l.pos
			case unicode.IsLetter(r):
				l.pos += word(rest, unicode.IsLetter)
				l.emit(Name)
			case unicode.IsDigit(r):
				l.pos += word(rest, unicode.IsDigit)
				l.emit(Number)
			default:
				l.pos += n
				l.emit(Bad)
				return nil
			}
		}
	}
}

// word is the length of the runes at the beginning of s that are of a kind.
func word(s string, is func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !is(r) }); n >= 0 {
		return n
	}
	return len(s)
}

// --- After: the same, which yields. The states are places in the code.

type lexer struct {
	input      string
	start, pos int
}

// ByGreenlet is the items of a text. Who stops leaves nothing behind.
func ByGreenlet(text string) iter.Seq[Item] { return greenlet.SeqOf[Item](lex, text) }

//greenlet:resumable
func lex(text string) {
	l := &lexer{input: text}
	for l.text() && l.action() {
	}
}

//greenlet:resumable
func (l *lexer) emit(k Kind) {
	greenlet.Yield(Item{k, l.input[l.start:l.pos]})
	l.start = l.pos
}

// text reports whether an action follows.
//
//greenlet:resumable
func (l *lexer) text() bool {
	n := strings.Index(l.input[l.pos:], left)
	if n < 0 {
		l.pos = len(l.input)
		if l.pos > l.start {
			l.emit(Text)
		}
		l.emit(End)
		return false
	}
	if l.pos += n; l.pos > l.start {
		l.emit(Text)
	}
	l.pos += len(left)
	l.emit(Left)
	return true
}

// action reports whether text follows.
//
//greenlet:resumable
func (l *lexer) action() bool {
	for {
		switch rest := l.input[l.pos:]; {
		case strings.HasPrefix(rest, right):
			l.pos += len(right)
			l.emit(Right)
			return true
		case rest == "":
			l.emit(Bad)
			return false
		default:
			r, n := utf8.DecodeRuneInString(rest)
			switch {
			case unicode.IsSpace(r):
				l.pos += n
				l.start = l.pos
			case unicode.IsLetter(r):
				l.pos += word(rest, unicode.IsLetter)
				l.emit(Name)
			case unicode.IsDigit(r):
				l.pos += word(rest, unicode.IsDigit)
				l.emit(Number)
			default:
				l.pos += n
				l.emit(Bad)
				return false
			}
		}
	}
}
