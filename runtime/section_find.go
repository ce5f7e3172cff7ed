package greenlet

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// Which section runs the caller. Go has no variable of a goroutine or a stack; but the
// return addresses on a stack can be read, and so a number can be written there: in the
// functions that a section is run by, one for each digit (the idea is that of the package
// gls by jtolio). That needs no goroutine's number, no linkname and no unsafe.
//
// A driver between the caller and the digits is a greenlet of another run, which plain code
// on the section drives: what it calls is plain code, and not the section's.

// sectionsRunning is how many sections run just now: not one that is suspended, but one
// that runs greenlets by a run of its own. Without any nobody need look.
var sectionsRunning atomic.Int32

// numbers are the sections by number, the first of which is 1.
var numbers = struct {
	sync.Mutex
	list []*section
	free []uint32
}{list: make([]*section, 1)}

func number(c *section) {
	numbers.Lock()
	defer numbers.Unlock()
	if last := len(numbers.free) - 1; last >= 0 {
		c.id = numbers.free[last]
		numbers.free = numbers.free[:last]
		numbers.list[c.id] = c
		return
	}
	c.id = uint32(len(numbers.list))
	numbers.list = append(numbers.list, c)
}

func unnumber(c *section) {
	numbers.Lock()
	defer numbers.Unlock()
	numbers.list[c.id] = nil
	numbers.free = append(numbers.free, c.id)
}

func numbered(id uint32) *section {
	numbers.Lock()
	defer numbers.Unlock()
	return numbers.list[id]
}

// findSection is the section that runs the caller, if there is one.
func findSection() (s Section, ok bool) {
	if sectionsRunning.Load() == 0 {
		return Section{}, false
	}
	c := lookForSection()
	if c == nil {
		return Section{}, false
	}
	return Section{c, c.job}, true
}

func lookForSection() (c *section) {
	inside := false
	id := uint32(0)
	eachKind(func(kind pcKind) (more bool) {
		switch {
		case kind >= kindDigit:
			id = id<<4 | uint32(kind-kindDigit)
		case kind == kindBelow:
		case inside:
			c = numbered(id)
			return false
		case kind == kindSection:
			inside = true
		case kind == kindDriver:
			return false
		}
		return true
	})
	return c
}

// eachKind calls f for what the return addresses on this stack are of, the innermost first,
// until f says no.
func eachKind(f func(pcKind) (more bool)) {
	var first [64]uintptr
	pcs := first[:]
	for skip := 3; ; {
		n := runtime.Callers(skip, pcs)
		for _, pc := range pcs[:n] {
			if !f(kindOf(pc)) {
				return
			}
		}
		if n < len(pcs) {
			return
		}
		skip += n
		pcs = make([]uintptr, 2*n) // as Go goes through what is skipped, too
	}
}

// pcKind says what a return address on a stack is of.
type pcKind uint8

const (
	kindOther   pcKind = iota
	kindDriver         // what resumes frames, or calls the tracer: what that calls is plain code's
	kindSection        // serve of a section
	kindBelow          // between the digits
	kindGoexit         // runtime.Goexit
	kindStep           // of a function that defers
	kindDigit          // and the 15 that follow it
)

// kinds keeps the kind of addresses that were looked at: an address and, in its lowest
// byte, the kind. Others take the place of what has been there. To ask Go for the
// function takes a hundred times longer.
var kinds [1 << 12]atomic.Uint64

func kindOf(pc uintptr) pcKind {
	entry := &kinds[uint64(pc)*0x9e3779b97f4a7c15>>52]
	if e := entry.Load(); e>>8 == uint64(pc) {
		return pcKind(e)
	}
	kind := classify(pc)
	entry.Store(uint64(pc)<<8 | uint64(kind))
	return kind
}

func classify(pc uintptr) pcKind {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	if f.Function == "runtime.Goexit" {
		return kindGoexit
	}
	if _, part := variant(f.Function); part == "step" {
		return kindStep
	}
	if !isRuntime(f) {
		return kindOther
	}
	if isDriver(f) {
		return kindDriver
	}
	name := f.Function[strings.LastIndexByte(f.Function, '.')+1:]
	switch name {
	case "traced":
		return kindDriver
	case "serve":
		return kindSection
	case "below":
		return kindBelow
	}
	if digit, ok := strings.CutPrefix(name, "tag"); ok && len(digit) == 1 {
		return kindDigit + pcKind(strings.IndexByte(tagDigits, digit[0]))
	}
	return kindOther
}

const tagDigits = "0123456789ABCDEF"

// runTagged runs c below the digits of its number, the lowest first.
func runTagged(c *section) { tags[c.id&15](c, c.id>>4) }

// below is the rest of a tag: the digits that are left, or the section.
func below(c *section, digits uint32) {
	if digits == 0 {
		c.serve()
		return
	}
	tags[digits&15](c, digits>>4)
}

var tags [16]func(c *section, digits uint32)

func init() {
	tags = [...]func(*section, uint32){tag0, tag1, tag2, tag3, tag4, tag5, tag6, tag7, tag8, tag9, tagA, tagB, tagC, tagD, tagE, tagF}
}

//go:noinline
func tag0(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag1(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag2(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag3(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag4(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag5(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag6(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag7(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag8(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tag9(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tagA(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tagB(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tagC(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tagD(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tagE(c *section, digits uint32) { below(c, digits) }

//go:noinline
func tagF(c *section, digits uint32) { below(c, digits) }
