package bench

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	greenlet "github.com/going-green/greenlet/runtime"
)

// feedParser is a recursive-descent parser of JSON that is fed: its input comes in
// pieces, cut anywhere. Its scanning loops go over the piece at hand; when that
// is used up they call more, and only there the parser suspends, with all the
// rules that it is in.
type feedParser struct {
	piece  []byte
	at     int           // in piece
	before int           // how many bytes there were before piece
	token  []byte        // of a string or number that is not in one piece, or has escapes
	source func() []byte // if set, where pieces come from instead of a switch
}

// more gets the next piece. It reports false at the end of the input.
//
//greenlet:resumable
func (p *feedParser) more() bool {
	p.before += len(p.piece)
	p.at = 0
	if p.source != nil {
		p.piece = p.source()
	} else {
		p.piece = greenlet.Exchange[[]byte](p.before)
	}
	return len(p.piece) > 0
}

// space skips white space and shows the byte after it, or 0 at the end.
//
//greenlet:resumable
func (p *feedParser) space() byte {
	for {
		for p.at < len(p.piece) {
			switch c := p.piece[p.at]; c {
			case ' ', '\t', '\r', '\n':
				p.at++
			default:
				return c
			}
		}
		if !p.more() {
			return 0
		}
	}
}

// document is one value with nothing after it.
//
//greenlet:resumable
func (p *feedParser) document() (any, error) {
	v, err := p.value()
	if err == nil && p.space() != 0 {
		err = p.unexpected("the end")
	}
	return v, err
}

//greenlet:resumable
func (p *feedParser) value() (any, error) {
	switch c := p.space(); c {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"':
		return p.str()
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return p.number()
	}
	return nil, p.unexpected("a value")
}

//greenlet:resumable
func (p *feedParser) object() (any, error) {
	p.at++
	members := map[string]any{}
	if p.space() == '}' {
		p.at++
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
		p.at++
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		members[name] = v
		switch p.space() {
		case ',':
			p.at++
		case '}':
			p.at++
			return members, nil
		default:
			return nil, p.unexpected("a comma or }")
		}
	}
}

//greenlet:resumable
func (p *feedParser) array() (any, error) {
	p.at++
	elements := []any{}
	if p.space() == ']' {
		p.at++
		return elements, nil
	}
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		elements = append(elements, v)
		switch p.space() {
		case ',':
			p.at++
		case ']':
			p.at++
			return elements, nil
		default:
			return nil, p.unexpected("a comma or ]")
		}
	}
}

// str is a string, from its quote on. One that lies in a piece whole and has no
// escapes is taken as it is.
//
//greenlet:resumable
func (p *feedParser) str() (string, error) {
	p.at++
	p.token = p.token[:0]
	for {
		start := p.at
		for p.at < len(p.piece) && p.piece[p.at] != '"' && p.piece[p.at] != '\\' && p.piece[p.at] >= ' ' {
			p.at++
		}
		part := p.piece[start:p.at]
		switch {
		case p.at == len(p.piece):
			p.token = append(p.token, part...)
			if !p.more() {
				return "", p.unexpected("the rest of a string")
			}
		case p.piece[p.at] == '"':
			p.at++
			if len(p.token) == 0 {
				return string(part), nil
			}
			p.token = append(p.token, part...)
			return string(p.token), nil
		case p.piece[p.at] == '\\':
			p.at++
			p.token = append(p.token, part...)
			if err := p.escape(); err != nil {
				return "", err
			}
		default:
			return "", p.unexpected("a character of a string")
		}
	}
}

// escape appends the character that stands behind a backslash to the token.
//
//greenlet:resumable
func (p *feedParser) escape() error {
	c, ok := p.next()
	if !ok {
		return p.unexpected("an escape")
	}
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		r, err := p.hex()
		if err != nil {
			return err
		}
		if utf16.IsSurrogate(r) {
			// The other half must follow.
			if c, _ := p.next(); c != '\\' {
				return p.unexpected("the other half of a surrogate pair")
			}
			if c, _ := p.next(); c != 'u' {
				return p.unexpected("the other half of a surrogate pair")
			}
			low, err := p.hex()
			if err != nil {
				return err
			}
			r = utf16.DecodeRune(r, low)
		}
		p.token = utf8.AppendRune(p.token, r)
		return nil
	default:
		p.at--
		return p.unexpected("an escape")
	}
	p.token = append(p.token, c)
	return nil
}

// hex is the number that four digits stand for.
//
//greenlet:resumable
func (p *feedParser) hex() (rune, error) {
	var r rune
	for range 4 {
		c, _ := p.next()
		n, err := strconv.ParseUint(string(rune(c)), 16, 8)
		if err != nil {
			p.at--
			return 0, p.unexpected("a hexadecimal digit")
		}
		r = r<<4 | rune(n)
	}
	return r, nil
}

// next takes one byte.
//
//greenlet:resumable
func (p *feedParser) next() (c byte, ok bool) {
	if p.at == len(p.piece) && !p.more() {
		return 0, false
	}
	p.at++
	return p.piece[p.at-1], true
}

//greenlet:resumable
func (p *feedParser) number() (any, error) {
	p.token = p.token[:0]
	for {
		start := p.at
		for p.at < len(p.piece) && numeric[p.piece[p.at]] {
			p.at++
		}
		part := p.piece[start:p.at]
		if p.at < len(p.piece) && len(p.token) == 0 {
			return parseNumber(part)
		}
		p.token = append(p.token, part...)
		if p.at < len(p.piece) || !p.more() {
			return parseNumber(p.token)
		}
	}
}

func parseNumber(digits []byte) (any, error) {
	v, err := strconv.ParseFloat(string(digits), 64)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// numeric are the bytes of numbers.
var numeric = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'+': true, '-': true, '.': true, 'e': true, 'E': true,
}

// word takes the word that is given.
//
//greenlet:resumable
func (p *feedParser) word(want string) error {
	for i := range len(want) {
		if c, ok := p.next(); !ok || c != want[i] {
			if ok {
				p.at--
			}
			return p.unexpected(want)
		}
	}
	return nil
}

// unexpected says what stands where something else was wanted.
func (p *feedParser) unexpected(wanted string) error {
	if len(p.piece) == 0 {
		return errors.New("the input ends where " + wanted + " is expected")
	}
	at := min(max(p.at, 0), len(p.piece)-1)
	return fmt.Errorf("offset %d: %q, where %s is expected", p.before+at, p.piece[at], wanted)
}

// feed parses what comes in pieces by a greenlet.
func feed(pieces func() []byte) (any, error) {
	frame := new(feedParser).newDocumentFrame()
	g := greenlet.New(frame)
	for g.Switch(); !g.Dead(); {
		greenlet.Switch[any](g, pieces())
	}
	return frame.Results()
}
