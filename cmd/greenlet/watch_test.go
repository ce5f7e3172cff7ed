package main

import (
	"bytes"
	"errors"
	"go/token"
	"regexp"
	"testing"
	"time"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/rewrite"
)

// TestScreen is what a terminal shows after each run.
func TestScreen(t *testing.T) {
	var out bytes.Buffer
	s := &screen{command: &command{stdout: &out}, redraws: true}
	s.opt.Dir = "/m"
	broken := &rewrite.Result{Diagnostics: diag.List{{
		Pos: token.Position{Filename: "/m/a.go", Line: 4, Column: 14}, Code: diag.SyntaxError, Message: "expected ')'",
	}}}
	whole := &rewrite.Result{Packages: []string{"m"}, Changes: []rewrite.Change{{Path: "/m/a_greenlet.go"}}}
	for _, run := range []struct {
		res  *rewrite.Result
		err  error
		want string
	}{
		{broken, nil, "a.go:4:14: expected ')' [syntax-error]\nTIME failed 1 error 120ms\n"},
		{broken, nil, "a.go:4:14: expected ')' [syntax-error]\nTIME failed 1 error 120ms\n"},
		{whole, nil, "TIME ok 1 package, 1 file changed, 120ms\n"},
		{&rewrite.Result{}, nil, "TIME ok 0 packages 120ms\n"},
		{&rewrite.Result{}, errors.New("go list: no"), "greenlet: go list: no\nTIME failed 1 error 120ms\n"},
	} {
		out.Reset()
		s.begin()
		s.report(run.res, run.err, 120*time.Millisecond)
		s.watching(3)
		got := regexp.MustCompile(`\d\d:\d\d:\d\d`).ReplaceAllString(out.String(), "TIME")
		if want := "\r\x1b[KTIME generating\x1b[H\x1b[2J" + run.want; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
