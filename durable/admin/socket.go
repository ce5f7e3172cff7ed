package admin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Variable is the environment variable that names the socket, for Listen and for the command.
const Variable = "GREENLET_DURABLE"

// Socket is a Unix socket that is served.
type Socket struct {
	path   string
	file   os.FileInfo
	server *http.Server
	done   func() // of the hub's promise
	served chan struct{}
	err    error
	once   sync.Once
}

// Listen serves everything, writes too, at a Unix socket of mode 0600, until the Socket is closed. If path is "", the
// environment variable GREENLET_DURABLE names it. A socket that is there and that nobody listens at is replaced. The hub
// runs on until it is closed, or the runner is.
func (a *Admin) Listen(path string) (*Socket, error) {
	if path == "" {
		if path = os.Getenv(Variable); path == "" {
			return nil, fmt.Errorf("durable: there is no path for the socket: give one, or set %s", Variable)
		}
	}
	l, info, err := listen(path)
	if err != nil {
		return nil, fmt.Errorf("durable: the socket %s: %w", path, err)
	}
	s := &Socket{path: path, file: info, served: make(chan struct{}), server: &http.Server{Handler: a.writes, ReadHeaderTimeout: 10 * time.Second}}
	if a.hub != nil {
		s.done = a.hub.Promise()
	}
	if a.runner != nil { // or the hub would wait for who closes the socket when the hub has ended
		go func() {
			select {
			case <-a.runner.Closed():
				s.done()
			case <-s.served:
			}
		}()
	}
	go func() {
		defer close(s.served)
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.err = err
		}
	}()
	return s, nil
}

// listen makes the socket in a directory of the user's own first: there is no moment in which others may open it.
func listen(path string) (net.Listener, os.FileInfo, error) {
	if old, err := os.Lstat(path); err == nil {
		if old.Mode().Type() != os.ModeSocket {
			return nil, nil, errors.New("there is a file that is no socket")
		}
		if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
			c.Close()
			return nil, nil, errors.New("another process listens there")
		}
	}
	dir, err := shortTemp(filepath.Dir(path))
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	at := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err != nil {
		return nil, nil, err
	}
	l.SetUnlinkOnClose(false) // it is called otherwise by then
	err = os.Chmod(at, 0o600)
	if err == nil {
		err = os.Rename(at, path)
	}
	var info os.FileInfo
	if err == nil {
		info, err = os.Lstat(path)
	}
	if err != nil {
		l.Close()
		return nil, nil, err
	}
	return l, info, nil
}

// shortTemp makes a directory with a short name: the path of a socket has some hundred bytes at most.
func shortTemp(in string) (dir string, err error) {
	for _, c := range "0123456789abcdefghijklmnopqrstuvwxyz" {
		dir = filepath.Join(in, "."+string(c))
		if err = os.Mkdir(dir, 0o700); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
	return "", err
}

// Path is where it is.
func (s *Socket) Path() string { return s.path }

// Close ends it when the requests under way are answered, but within five seconds, and removes the file. Its error is also that
// for which it has ended before.
func (s *Socket) Close() error {
	s.once.Do(func() {
		if now, err := os.Lstat(s.path); err == nil && os.SameFile(now, s.file) {
			os.Remove(s.path)
		}
		if s.done != nil {
			s.done()
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if s.server.Shutdown(ctx) != nil {
			s.server.Close()
		}
		<-s.served
	})
	return s.err
}
