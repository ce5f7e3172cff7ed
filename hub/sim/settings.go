package sim

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// settings are what who runs tests asks of them. Each has a flag of go test and a variable of
// the environment, which is for go test of many packages: a flag that one of them does not know
// is an error. The flag is stronger.
type settings struct {
	seeds  int           // how many; 0 if nothing is said
	length time.Duration // for so long instead
	seed   uint64        // only that, if one is true
	one    bool
	faults []Fault // only these, if they are not nil
	trace  string  // file
	page   string  // file
	noise  bool
	err    error // the first that was found in them
}

// options are those of settings, by what is behind "sim." in the flag.
var options = []struct {
	name, usage string
	set         func(s *settings, text string) error
}{
	{"seeds", "run so many `seeds`, from 1", func(s *settings, text string) (err error) {
		if s.seeds, err = strconv.Atoi(text); err == nil && s.seeds < 1 {
			err = fmt.Errorf("%d seeds", s.seeds)
		}
		return err
	}},
	{"for", "run seeds for that `time`, however many", func(s *settings, text string) (err error) {
		if s.length, err = time.ParseDuration(text); err == nil && s.length <= 0 {
			err = fmt.Errorf("%v is no time to run", s.length)
		}
		return err
	}},
	{"seed", "run that `seed` only", func(s *settings, text string) (err error) {
		s.one = true
		s.seed, err = strconv.ParseUint(text, 10, 64)
		return err
	}},
	{"faults", "with -sim.seed: have these `faults` happen only, as a failure lists them", func(s *settings, text string) (err error) {
		s.faults, err = ParseFaults(text)
		return err
	}},
	{"trace", "write the trace of the seed that fails, or of -sim.seed, to that `file`", func(s *settings, text string) error {
		s.trace = text
		return nil
	}},
	{"page", "write a page of that run to that `file`, for a browser", func(s *settings, text string) error {
		s.page = text
		return nil
	}},
	{"noise", "have traces tell what the network and the loop do as well", func(s *settings, text string) (err error) {
		s.noise, err = strconv.ParseBool(text)
		return err
	}},
}

// variable is that of the environment which has the meaning of a flag.
func variable(name string) string { return "GREENLET_SIM_" + strings.ToUpper(name) }

// given are the flags that were, by their name.
var given = map[string]string{}

// A program that imports this package and is no test has its own flags, which may have any
// name. A test binary has those that the packages in it register, each with a prefix of its own,
// as those of package testing; it is the only program to which these mean anything.
func init() {
	if !testing.Testing() {
		return
	}
	for _, o := range options {
		set := func(text string) error {
			given[o.name] = text
			return o.set(new(settings), text)
		}
		if o.name == "noise" {
			flag.BoolFunc("sim."+o.name, o.usage, set)
		} else {
			flag.Func("sim."+o.name, o.usage, set)
		}
	}
}

// settled are the settings that hold.
func settled() *settings {
	s := &settings{}
	for _, o := range options {
		from, text := "-sim."+o.name, given[o.name]
		if text == "" {
			from = variable(o.name)
			text = os.Getenv(from)
		}
		if text == "" {
			continue
		}
		if err := o.set(s, text); err != nil && s.err == nil {
			s.err = fmt.Errorf("%s: %w", from, err)
		}
	}
	if s.err == nil && s.faults != nil && !s.one {
		s.err = fmt.Errorf("-sim.faults without -sim.seed: faults are those of a seed")
	}
	return s
}

// FormatFaults is a list of faults as text, which [ParseFaults] reads: "none" if it is empty.
func FormatFaults(list []Fault) string {
	if len(list) == 0 {
		return "none"
	}
	var b strings.Builder
	for i, f := range list {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.String())
	}
	return b.String()
}

// ParseFaults is the opposite of [FormatFaults]. It returns an empty list for none, not nil.
func ParseFaults(text string) ([]Fault, error) {
	list := []Fault{}
	if strings.TrimSpace(text) == "none" {
		return list, nil
	}
	for text != "" {
		end := len(text)
		if at := endOfFault.FindStringIndex(text); at != nil {
			end = at[1] - 1
		}
		f, err := ParseFault(text[:end])
		if err != nil {
			return nil, err
		}
		list = append(list, f)
		text = text[min(end+1, len(text)):]
	}
	return list, nil
}

// endOfFault is the number of a fault and what separates the next: its place may be any text.
var endOfFault = regexp.MustCompile(`#[0-9]+ *;`)
