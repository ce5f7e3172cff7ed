package task_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/going-green/greenlet/rewrite"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Versions of a program, of which each goes on with what the ones before have begun.
const deployed = `package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/file"
)

var pay = task.Signal[int]("pay")

// gate is an effect that is not done before a file is there.
func gate(ctx context.Context, name string) (string, error) {
	for {
		if _, err := os.Stat(os.Args[1] + "/" + name); err == nil {
			return "passed", nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

ORDERS

//greenlet:resumable
func commands(h *hub.Hub) {
	ctx := context.Background()
	e, err := memory.Open(h, file.OS(h, os.Args[1]))
	if err != nil {
		panic(err)
	}
	r := task.NewWith(h, e, task.Options{OnError: func(error) {}})
	for _, c := range os.Args[2:] {
		switch c {
		case "start":
			for _, id := range []string{"sleeps", "waits", "calls", "joins", "changed"} {
				if err := r.Start(ctx, id, order, id); err != nil {
					panic(err)
				}
			}
		case "pay":
			for _, id := range []string{"waits", "joins", "joins/child", "changed"} {
				if err := pay.SendOnce(ctx, r, id, "paid", 5); err != nil && !errors.Is(err, engine.ErrKnown) && !errors.Is(err, engine.ErrEnded) {
					panic(err)
				}
			}
		}
	}
	h.Sleep(300 * time.Millisecond)
	for t, err := range r.Tasks(ctx, engine.Query{}) {
		fmt.Println(t.ID, t.Status, string(t.Result), t.Err, t.Reason, err)
	}
	os.Exit(0) // without a word
}

func main() {
	h := hub.New()
	h.Go(commands, h)
	fmt.Println(h.Run(context.Background()))
}
`

var versions = map[string]string{
	"v1": `
//greenlet:resumable durable
func order(t *task.Task, what string) (string, error) {
	price := 7
	switch what {
	case "sleeps":
		t.Sleep(200 * time.Millisecond)
	case "waits":
		pay.Wait(t, 0)
	case "calls":
		task.Do(t, gate, "open")
	case "joins":
		task.Go(t, t.ID()+"/child", child, what).Join(t)
	case "changed":
		return changed(t)
	}
	return fmt.Sprint(what, price), nil
}

//greenlet:resumable durable
func child(t *task.Task, of string) (int, error) { return pay.Wait(t, 0) }

//greenlet:resumable durable
func changed(t *task.Task) (string, error) {
	total := 3
	n, err := pay.Wait(t, 0)
	return fmt.Sprint(total + n), err
}`,
	// More is done before and behind, a variable has another name, and another one another type: that is refused.
	"v2": `
//greenlet:resumable durable
func order(t *task.Task, what string) (string, error) {
	task.Do(t, again, 1)
	cost := 8 //greenlet:was price
	switch what {
	case "sleeps":
		t.Sleep(200 * time.Millisecond)
	case "waits":
		pay.Wait(t, 0)
	case "calls":
		task.Do(t, gate, "open")
	case "joins":
		task.Go(t, t.ID()+"/child", child, what).Join(t)
	case "changed":
		return changed(t)
	}
	t.Sleep(10 * time.Millisecond)
	two, err := task.Do(t, again, 2)
	return fmt.Sprint(what, cost, two), err
}

func again(_ context.Context, n int) (int, error) { return n, nil }

//greenlet:resumable durable
func child(t *task.Task, of string) (int, error) {
	n, err := pay.Wait(t, 0)
	t.Keep()
	return n, err
}

//greenlet:resumable durable
func changed(t *task.Task) (string, error) {
	total := 3.5
	n, err := pay.Wait(t, 0)
	return fmt.Sprint(total + float64(n)), err
}`,
}

// The third version is the second with a migration.
const repaired = `
type changedV1 struct{ total int }

type changedV2 struct{ sum float64 }

func init() {
	durable.Migrate("example.com/shop.changed", func(o changedV1) (changedV2, error) { return changedV2{float64(o.total)}, nil })
}
`

func buildVersion(t *testing.T, name, orders string) string {
	dir := filepath.Join(t.TempDir(), "shop")
	require.NoError(t, os.Mkdir(dir, 0o777))
	repo, err := filepath.Abs("../..")
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(repo, "go.mod"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(repo, "go.sum"))
	require.NoError(t, err)
	_, requires, _ := strings.Cut(string(mod), "\nrequire (")
	text := strings.Replace(deployed, "ORDERS", orders, 1)
	if strings.Contains(orders, "durable.") {
		text = strings.Replace(text, `"github.com/going-green/greenlet/durable/engine"`, "\"github.com/going-green/greenlet/durable\"\n\t\"github.com/going-green/greenlet/durable/engine\"", 1)
	}
	for file, text := range map[string]string{
		"go.mod":  "module example.com/shop\n\ngo 1.26.0\n\nrequire github.com/going-green/greenlet v0.0.0\n\nrequire (" + requires + "\n\nreplace github.com/going-green/greenlet => " + repo + "\n",
		"go.sum":  string(sum),
		"main.go": text,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o666))
	}
	result, err := rewrite.Generate(context.Background(), rewrite.Options{Dir: dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod")}, ".")
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics)
	cmd := exec.Command("go", "build", "-mod=mod", "-buildvcs=false", "-o", "program", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", name, out)
	return filepath.Join(dir, "program")
}

// Tasks of the first version stand at each kind of wait as the second comes: they go on, or are parked by name. The third
// goes on with those.
func TestDeploys(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	store := t.TempDir()
	run := func(program string, args ...string) map[string]string {
		cmd := exec.Command(program, append([]string{store}, args...)...)
		cmd.Stderr = new(bytes.Buffer)
		out, err := cmd.Output()
		require.NoError(t, err, "%s", cmd.Stderr)
		tasks := map[string]string{}
		for line := range strings.Lines(string(out)) {
			id, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			tasks[id] = strings.TrimSuffix(rest, " <nil>")
		}
		return tasks
	}
	v1 := buildVersion(t, "v1", versions["v1"])
	got := run(v1, "start")
	assert.Contains(t, got["sleeps"], `done "sleeps7"`)
	for _, id := range []string{"waits", "calls", "joins", "joins/child", "changed"} {
		assert.Contains(t, got[id], "active", id)
	}
	require.NoError(t, os.WriteFile(filepath.Join(store, "open"), nil, 0o666))

	v2 := buildVersion(t, "v2", versions["v2"])
	got = run(v2, "pay")
	assert.Contains(t, got["waits"], `done "waits7 2"`)
	assert.Contains(t, got["calls"], `done "calls7 2"`)
	assert.Contains(t, got["joins"], `done "joins7 2"`)
	assert.Contains(t, got["joins/child"], "done 5")
	assert.Contains(t, got["changed"], "parked")
	assert.Contains(t, got["changed"], "durable: example.com/shop.changed has changed: variable total: it was int, and is float64; see durable.Migrate, or give it another name")
	assert.Contains(t, run(v2)["changed"], "parked", "the same build is not asked again")

	v3 := buildVersion(t, "v3", strings.ReplaceAll(versions["v2"], "total", "sum")+repaired)
	got = run(v3)
	assert.Contains(t, got["changed"], `done "8"`)
	for id, s := range got {
		assert.Contains(t, s, "done", id)
	}
	assert.Len(t, got, 6)
}
