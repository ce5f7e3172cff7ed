//go:build linux

// Http measures servers that say hello: of package httpd and of net/http. See -h.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"golang.org/x/sys/unix"
)

const usage = `Http compares web servers that say hello, each in a process of its own; the clients are
in this one, and keep one request of each active connection on its way.

	go -C bench run ./http [flags]

It takes turns, round by round, and prints the medians of requests per second of the
server's processor time, requests per second, allocations per request, and memory per
connection that waits, after its first request: how much the resident set has grown, as it
is, and after a collection that gives free memory back.
The limit of open files is raised as far as it goes; -idle needs as many.

Flags:

`

// result is what is measured of a server.
type result struct {
	Server      string  `json:"server"`
	Active      int     `json:"active"`
	Idle        int     `json:"idle"`
	CPU         float64 `json:"cpu_ns_per_request"`
	System      float64 `json:"of_this_in_the_system"`
	PerSecond   float64 `json:"requests_per_second"`
	Mallocs     float64 `json:"allocations_per_request"`
	Allocated   float64 `json:"bytes_allocated_per_request"`
	Grown       float64 `json:"bytes_per_connection"`
	GrownTidied float64 `json:"bytes_per_connection_after_collection"`
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
				if err != nil {
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
	fmt.Fprintln(os.Stderr, "http:", err)
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
	s, err := measure.StartSelf("-serve", name)
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
	c.requests = 0
	if err := c.run(0, length); err != nil {
		return r, err
	}
	took := time.Since(begin)
	after, err := s.Ask("usage")
	if err != nil {
		return r, err
	}
	n := float64(c.requests)
	r.CPU = float64(after.CPU(before)) / n
	r.System = float64(after.System-before.System) / n
	r.PerSecond = n / took.Seconds()
	r.Mallocs = float64(after.Mallocs-before.Mallocs) / n
	r.Allocated = float64(after.Allocated-before.Allocated) / n
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
	of(func(r *result) *float64 { return &r.Mallocs })
	of(func(r *result) *float64 { return &r.Allocated })
	of(func(r *result) *float64 { return &r.Grown })
	of(func(r *result) *float64 { return &r.GrownTidied })
	return m
}

func print(all []result) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "server\tactive\tidle\trequests per CPU s\tCPU per request\tin the system\trequests/s\tallocations\tbytes\tper idle\tcollected\t")
	for _, r := range all {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.0f\t%.2f µs\t%.2f µs\t%.0f\t%.1f\t%.0f\t",
			r.Server, r.Active, r.Idle, 1e9/r.CPU, r.CPU/1000, r.System/1000, r.PerSecond, r.Mallocs, r.Allocated)
		if r.Idle > 0 {
			fmt.Fprintf(w, "%.0f\t%.0f\t", r.Grown, r.GrownTidied)
		} else {
			fmt.Fprint(w, "\t\t")
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}
