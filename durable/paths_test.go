package durable_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pathsMain = `package main

import (
	"fmt"

	"github.com/going-green/greenlet/durable"
	greenlet "github.com/going-green/greenlet/runtime"

	first "example.com/paths.v2/lib.v1"
	second "example.com/paths.v2/lib.v2"
)

//greenlet:resumable durable
func each[T any](v T, mine int) string {
	greenlet.Yield("main")
	return fmt.Sprint(v, mine)
}

//greenlet:resumable durable
func calls() string { return each("a", 1) + first.Calls() + second.Calls() + first.Each(5) }

// What a generic function calls with its own types is known by Register.
func unknown() {
	g := greenlet.New(second.Each[string], "e")
	g.Switch()
	_, err := durable.Snapshot(g)
	fmt.Println(err)
}

func main() {
	unknown()
	g := greenlet.New(calls)
	for !g.Dead() {
		fmt.Println(g.Switch())
		if g.Dead() {
			break
		}
		b, err := durable.Snapshot(g)
		if err != nil {
			panic(err)
		}
		gs, err := durable.Restore(b)
		if err != nil {
			panic(err)
		}
		g = gs[0]
	}
}
`

const pathsLib = `package lib

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable durable
func each[T any](v T, %[1]s int) string {
	greenlet.Yield("%[1]s")
	return fmt.Sprint(v, %[1]s)
}

type hidden struct{ n int }

//greenlet:resumable durable
func Each[T any](v T) string { return each(v, 6) }

//greenlet:resumable durable
func Calls() string {
	h := hidden{3}
	s := each(2, 3) + each(true, 4)
	return fmt.Sprint(s, h.n)
}
`

// Packages may have generic functions of one name, and dots in the last element of their paths: a frame is found by
// the package, not by what its type is called.
func TestPathsOfPackages(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	write := newModule(t, dir, "example.com/paths.v2")
	write("main.go", pathsMain)
	write("lib.v1/lib.go", fmt.Sprintf(pathsLib, "one"))
	write("lib.v2/lib.go", fmt.Sprintf(pathsLib, "two"))
	generate(t, dir)
	build(t, dir, "program")
	out, err := exec.Command(filepath.Join(dir, "program")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "can't save  (*lib.eachFrame[string]): it is of an instance of the durable function ")
	_, rest, _ := strings.Cut(string(out), "\n")
	assert.Equal(t, "main\none\none\ntwo\ntwo\none\na12 3true 432 3true 435 6\n", rest)
}
