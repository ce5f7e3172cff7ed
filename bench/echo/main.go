//go:build linux

// Echo measures servers that send back what they get: tasks of a hub, of a hub for each
// processor, a goroutine for each connection, a loop over epoll by hand, and greenlets of
// gevent. See -h.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"
)

const usage = `Echo compares servers that send back what they get, each in a process of its own;
the clients are in this one, and keep one message of each active connection on its way.

	go -C bench run ./echo [flags]

It takes turns, round by round, and prints the medians of the server's processor time per
message, messages per second, and memory per connection that waits: how much the
resident set has grown, as it is, and after a collection that gives free memory back.
The limit of open files is raised as far as it goes; -idle needs as many. gevent is
listed as missing where python3 and /usr/bin/python3 don't have it.

Flags:

`

// result is what is measured of a server.
type result struct {
	Server      string  `json:"server"`
	Active      int     `json:"active"`
	Idle        int     `json:"idle"`
	CPU         float64 `json:"cpu_ns_per_message"`
	System      float64 `json:"of_this_in_the_system"`
	PerSecond   float64 `json:"messages_per_second"`
	Grown       float64 `json:"bytes_per_connection"`
	GrownTidied float64 `json:"bytes_per_connection_after_collection"`
	Missing     string  `json:"missing,omitempty"` // why there are no figures
}

func main() {
	var (
		rounds = flag.Int("rounds", 5, "turns of each server")
		length = flag.Duration("time", time.Second, "how long a turn takes")
		active = flag.Int("active", 100, "connections that send")
		idle   = flag.Int("idle", 10000, "connections that wait besides, in the second part")
		out    = flag.String("json", "", "file to write the results to")
		serve  = flag.String("serve", "", "be this server: for the program itself")
	)
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := raiseLimit(); err != nil {
		fail(err)
	}
	if *serve != "" {
		if err := child(*serve); err != nil {
			fail(err)
		}
		return
	}
	var all []result
	for _, waiting := range []int{0, *idle} {
		of := map[string][]result{}
		for range *rounds {
			for _, name := range names {
				r, err := turn(name, *active, waiting, *length)
				if m := (*missing)(nil); errors.As(err, &m) {
					r.Missing = m.reason.Error()
				} else if err != nil {
					fail(fmt.Errorf("%s: %w", name, err))
				}
				of[name] = append(of[name], r)
			}
		}
		for _, name := range names {
			all = append(all, median(of[name]))
		}
	}
	print(all)
	if *out != "" {
		text, err := json.MarshalIndent(all, "", "\t")
		if err == nil {
			err = os.WriteFile(*out, append(text, '\n'), 0o666)
		}
		if err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "echo:", err)
	os.Exit(1)
}

func raiseLimit() error {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	l.Cur = l.Max
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &l)
}

// turn measures one server.
func turn(name string, active, idle int, length time.Duration) (r result, err error) {
	r = result{Server: name, Active: active, Idle: idle}
	s, err := start(name)
	if err != nil {
		return r, err
	}
	defer s.Stop()
	empty, err := s.Ask("usage")
	if err != nil {
		return r, err
	}
	tidy, err := s.Ask("tidy")
	if err != nil {
		return r, err
	}
	c, err := newClients(s.Address)
	if err != nil {
		return r, err
	}
	defer c.close()
	if idle > 0 {
		if err := c.open(idle); err != nil {
			return r, err
		}
		full, err := s.Ask("usage")
		if err != nil {
			return r, err
		}
		tidied, err := s.Ask("tidy")
		if err != nil {
			return r, err
		}
		r.Grown = float64(full.Resident-empty.Resident) / float64(idle)
		r.GrownTidied = float64(tidied.Resident-tidy.Resident) / float64(idle)
	}
	if err := c.run(active, length/10); err != nil { // to warm up
		return r, err
	}
	before, err := s.Ask("usage")
	if err != nil {
		return r, err
	}
	begin := time.Now()
	c.messages = 0
	if err := c.run(0, length); err != nil {
		return r, err
	}
	took := time.Since(begin)
	after, err := s.Ask("usage")
	if err != nil {
		return r, err
	}
	n := float64(c.messages)
	r.CPU = float64(after.CPU(before)) / n
	r.System = float64(after.System-before.System) / n
	r.PerSecond = n / took.Seconds()
	return r, nil
}

// median is that of each figure by itself.
func median(list []result) result {
	m := list[0]
	of := func(f func(*result) *float64) {
		var values []float64
		for i := range list {
			values = append(values, *f(&list[i]))
		}
		slices.Sort(values)
		*f(&m) = values[len(values)/2]
	}
	of(func(r *result) *float64 { return &r.CPU })
	of(func(r *result) *float64 { return &r.System })
	of(func(r *result) *float64 { return &r.PerSecond })
	of(func(r *result) *float64 { return &r.Grown })
	of(func(r *result) *float64 { return &r.GrownTidied })
	return m
}

func print(all []result) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "server\tactive\tidle\tCPU per message\tin the system\tmessages/s\tbytes per idle\tcollected\t")
	var absent []string
	for _, r := range all {
		if r.Missing != "" {
			absent = append(absent, fmt.Sprintf("missing: %s: %s", r.Server, r.Missing))
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%.2f µs\t%.2f µs\t%.0f\t", r.Server, r.Active, r.Idle, r.CPU/1000, r.System/1000, r.PerSecond)
		if r.Idle > 0 {
			fmt.Fprintf(w, "%.0f\t%.0f\t", r.Grown, r.GrownTidied)
		} else {
			fmt.Fprint(w, "\t\t")
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	for _, line := range slices.Compact(absent) {
		fmt.Println(line)
	}
}
