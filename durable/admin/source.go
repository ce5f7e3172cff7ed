package admin

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/admin/api"
)

// Lines of the source, where tasks stand.

// around is how many lines are shown before and behind.
const around = 3

// Files is an [Options.Source] for the files of a package, or of a module: those whose name begins with path, an import path, are
// behind it in fsys.
//
//	//go:embed *.go
//	var source embed.FS
//	…
//	admin.Options{Source: admin.Files("example.com/shop", source)}
func Files(path string, fsys fs.FS) func(file string) ([]byte, error) {
	return func(file string) ([]byte, error) {
		name, ok := strings.CutPrefix(file, path+"/")
		if !ok || !strings.HasSuffix(name, ".go") {
			return nil, fs.ErrNotExist
		}
		return fs.ReadFile(fsys, name)
	}
}

// sources are the lines at which the calls stand whose files there are. A stack of another build has its lines: they are left out
// where the program does not know the function.
func (a *Admin) sources(stacks []durable.Stack) []api.Source {
	out := []api.Source{}
	if a.o.Source == nil {
		return out
	}
	type place struct {
		file string
		line int
	}
	done := map[place]bool{}
	for _, st := range stacks {
		if st.Reason != "" {
			continue
		}
		for _, c := range st.Calls {
			at := place{c.File, c.Line}
			if c.Line == 0 || done[at] {
				continue
			}
			done[at] = true
			text, err := a.o.Source(c.File)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			s := api.Source{File: c.File, Line: c.Line}
			if err != nil {
				s.Err = err.Error()
			} else {
				lines := strings.Split(string(text), "\n")
				if c.Line > len(lines) {
					continue // it is not of this build
				}
				s.From = max(c.Line-around, 1)
				s.Lines = lines[s.From-1 : min(c.Line+around, len(lines))]
			}
			out = append(out, s)
		}
	}
	return out
}
