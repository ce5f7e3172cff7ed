package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/going-green/greenlet/durable/admin/api"
)

// Check of the tasks of a running process: by that itself, or by the source, which is given a snapshot of each shape that
// there is.

// checkRunning asks the process what it can't go on with.
func (c *command) checkRunning(ctx context.Context, a *asking) (int, error) {
	if err := c.connect(a); err != nil {
		return 0, err
	}
	all := api.Checked{Findings: []api.Finding{}}
	index := map[string]int{}
	for q := a.f.q; ; {
		page, err := a.client.Check(ctx, q)
		if err != nil {
			return 0, err
		}
		all.Looked += page.Looked
		for _, f := range page.Findings {
			key := f.Alike()
			if i, ok := index[key]; ok {
				all.Findings[i].Tasks += f.Tasks
				continue
			}
			index[key] = len(all.Findings)
			all.Findings = append(all.Findings, f)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	code := exitOK
	if slices.ContainsFunc(all.Findings, func(f api.Finding) bool { return f.Refuses }) {
		code = exitDiagnose
	}
	if a.f.json {
		return code, c.printJSON(all.Findings)
	}
	c.printFindings(all.Findings, all.Looked)
	return code, nil
}

// fetchShapes writes the snapshots that there are, one of each shape, to files of a directory.
func (c *command) fetchShapes(ctx context.Context, a *asking, f *checkFlags, dir string) error {
	if err := c.connect(a); err != nil {
		return err
	}
	f.shapes = map[string]api.Shape{}
	for q := a.f.q; ; {
		page, err := a.client.Shapes(ctx, q)
		if err != nil {
			return err
		}
		for _, s := range page.Shapes {
			file := filepath.Join(dir, filepath.Base(s.Key))
			if old, ok := f.shapes[file]; ok {
				s.Tasks, s.IDs = old.Tasks+s.Tasks, old.IDs
			} else {
				if err := os.WriteFile(file, s.Snapshot, 0o600); err != nil {
					return err
				}
				f.snapshots = append(f.snapshots, file)
			}
			f.shapes[file] = s
		}
		if q.After = page.Next; q.After == "" {
			return nil
		}
	}
}

// ofTasks has changes tell of tasks instead of the files that these were written to.
func (f *checkFlags) ofTasks(list []packageChange) []packageChange {
	for i := range list {
		ch := &list[i]
		if s, ok := f.shapes[ch.Snapshot]; ok {
			ch.Snapshot, ch.Tasks, ch.IDs = whose(s.Tasks, s.IDs), s.Tasks, s.IDs
		}
	}
	return list
}
