//go:build linux

package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"
)

// Usage is what a process has used.
type Usage struct {
	User, System int64  // nanoseconds of processor time
	Resident     int64  // bytes
	Mallocs      uint64 // of Go; so are those below
	Allocated    uint64 // bytes, all in all
}

// CPU is the processor time since before, in nanoseconds.
func (u Usage) CPU(before Usage) int64 { return u.User + u.System - before.User - before.System }

// Serve is the process of a [Server]. It prints the address that serve sends when it is ready, and its
// usage when it reads a line; if that is "tidy" it gives free memory back before. It returns when its
// input ends.
func Serve(serve func(ready chan<- string) error) error {
	ready := make(chan string)
	failed := make(chan error, 1)
	go func() { failed <- serve(ready) }()
	select {
	case address := <-ready:
		fmt.Println(address)
	case err := <-failed:
		return err
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if in.Text() == "tidy" {
			debug.FreeOSMemory()
		}
		u, err := used()
		if err == nil {
			err = json.NewEncoder(os.Stdout).Encode(u)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func used() (u Usage, err error) {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		return u, err
	}
	u.User, u.System = r.Utime.Nano(), r.Stime.Nano()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.Mallocs, u.Allocated = m.Mallocs, m.TotalAlloc
	u.Resident, err = Resident()
	return u, err
}

// Server is a server that is measured, in a process of its own.
type Server struct {
	Address string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// Start starts the program of a server, which does as [Serve] does.
func Start(cmd *exec.Cmd) (s *Server, err error) {
	s = &Server{cmd: cmd}
	cmd.Stderr = os.Stderr
	if s.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if s.Address, err = s.out.ReadString('\n'); err != nil {
		s.Stop()
		return nil, err
	}
	s.Address = strings.TrimSpace(s.Address)
	return s, nil
}

// StartSelf starts this program as a server, with arguments.
func StartSelf(args ...string) (*Server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return Start(exec.Command(program, args...))
}

// Ask has the server tell what it has used.
func (s *Server) Ask(how string) (u Usage, err error) {
	if _, err = fmt.Fprintln(s.in, how); err != nil {
		return u, err
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return u, err
	}
	return u, json.Unmarshal(line, &u)
}

// Stop has the process end, and waits for that.
func (s *Server) Stop() {
	_ = s.in.Close()
	_ = s.cmd.Wait()
}
