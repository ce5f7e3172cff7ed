//go:build linux

// Package pgtest starts PostgreSQL servers for tests.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/internal/proof/servers"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Server is a server of the test, which ends with it.
type Server struct {
	t    testing.TB
	dir  string // its own, with data in it
	bin  string
	Port int
	args []string
	cmd  *exec.Cmd
	said *log
}

// Start makes a cluster, and has a server run for it, with settings besides. Without a server to be had the test is skipped.
func Start(t testing.TB, settings ...string) *Server {
	s := newServer(t).ends()
	s.args = settings
	s.initialize()
	return s
}

func (s *Server) initialize() {
	s.program("initdb", "-D", s.data(), "-U", "me", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale")
	s.Begin()
}

// Standby is a server that follows s, at a port, or a free one if that is 0. What s acknowledges from then on it has as well.
func (s *Server) Standby(at int) *Server {
	b := newServer(s.t).ends()
	b.args = s.args
	if at != 0 {
		b.Port = at
	}
	b.program("pg_basebackup", "-D", b.data(), "-d", s.conninfo()+" application_name=standby", "-R", "-X", "stream", "-c", "fast", "--no-sync")
	b.Begin()
	s.Exec("alter system set synchronous_standby_names = 'standby'")
	s.Exec("select pg_reload_conf()")
	for range 1200 {
		var state string
		if err := s.Query(&state, "select coalesce(max(sync_state), '') from pg_stat_replication"); err == nil && state == "sync" {
			return b
		}
		time.Sleep(25 * time.Millisecond)
	}
	require.Fail(s.t, "the standby does not follow", b.said.String())
	return nil
}

func newServer(t testing.TB) *Server {
	initdb := servers.Program(t, "initdb", "/usr/lib/postgresql/*/bin")
	dir, err := os.MkdirTemp("", "durable")
	require.NoError(t, err)
	return &Server{t: t, dir: dir, bin: filepath.Dir(initdb), Port: servers.Port(t), said: &log{}}
}

// ends has the server end with the test.
func (s *Server) ends() *Server {
	s.t.Cleanup(func() {
		s.remove()
		if s.t.Failed() {
			s.t.Logf("server at %d:\n%s", s.Port, s.said)
		}
	})
	return s
}

func (s *Server) remove() {
	s.Kill()
	os.RemoveAll(s.dir)
}

// shared is the server of several tests, which are not parallel.
var shared *Server

// Shared is a server for all tests that need one and don't break it. It does not sync. End ends it.
func Shared(t testing.TB) *Server {
	if shared == nil {
		s := newServer(t)
		s.args = []string{"fsync=off"}
		s.initialize()
		shared = s
	}
	shared.t = t
	return shared
}

// End is for TestMain, behind the tests.
func End() {
	if shared != nil {
		shared.remove()
	}
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) conninfo() string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=me dbname=postgres", s.Port)
}

// URL is that of the server's database.
func (s *Server) URL() string {
	return fmt.Sprintf("postgres://me@127.0.0.1:%d/postgres?sslmode=disable", s.Port)
}

// program runs a program of PostgreSQL.
func (s *Server) program(name string, args ...string) {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	s.unprivileged(cmd)
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, string(out))
}

// unprivileged has cmd run as nobody, if the test is root's: servers refuse to be.
func (s *Server) unprivileged(cmd *exec.Cmd) {
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	servers.Unprivileged(s.t, cmd, s.dir)
}

// Begin starts the server, once more if it was killed, and waits until it answers.
func (s *Server) Begin() {
	args := []string{"-D", s.data(), "-p", fmt.Sprint(s.Port), "-k", s.dir, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=60"}
	for _, a := range s.args {
		args = append(args, "-c", a)
	}
	s.cmd = exec.Command(filepath.Join(s.bin, "postgres"), args...)
	s.unprivileged(s.cmd)
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	require.NoError(s.t, s.cmd.Start())
	for range 1200 {
		if c, err := pgx.Connect(context.Background(), s.URL()); err == nil {
			_ = c.Close(context.Background())
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	require.Fail(s.t, "the server does not become ready", s.said.String())
}

// Kill ends the server at once, as the loss of its machine does.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	// All of its processes: the others would take their time.
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Signal is for all of the server's processes: with SIGSTOP it answers nothing until SIGCONT comes.
func (s *Server) Signal(sig syscall.Signal) {
	require.NoError(s.t, syscall.Kill(-s.cmd.Process.Pid, sig))
}

// Break ends all connections of clients.
func (s *Server) Break() {
	s.Exec("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()")
}

// Promote makes a standby the primary.
func (s *Server) Promote() {
	s.Exec("alter system reset synchronous_standby_names") // if it was made of one that had it
	s.program("pg_ctl", "promote", "-D", s.data(), "-w", "-t", "60")
}

// Exec runs a statement.
func (s *Server) Exec(sql string, args ...any) {
	s.t.Helper()
	c, err := pgx.Connect(context.Background(), s.URL())
	require.NoError(s.t, err)
	defer c.Close(context.Background())
	_, err = c.Exec(context.Background(), sql, args...)
	require.NoError(s.t, err)
}

// Query is the one value that a statement gives.
func (s *Server) Query(into any, sql string, args ...any) error {
	c, err := pgx.Connect(context.Background(), s.URL())
	if err != nil {
		return err
	}
	defer c.Close(context.Background())
	return c.QueryRow(context.Background(), sql, args...).Scan(into)
}

// log is what a server says.
type log struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
