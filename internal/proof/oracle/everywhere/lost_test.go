package everywhere

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLost: a function that suspends, and is run as plain code by code that was rewritten, is
// a fault, even if the program prints what it should. Here a plain function has the name of
// one that was generated. What other plain code calls is in order.
func TestLost(t *testing.T) {
	const text = `package main

func lost() { println("lost") }

func fine() { println("fine") }

type T struct{}

func (*T) lost() { println("method") }

//go:nosplit
func forgedResumable() { lost(); new(T).lost() }

//go:nosplit
func plain() { fine() }

func main() {
	for _, call := range []func(){forgedResumable, plain} {
		call()
	}
}
`
	r := &Runner{Dir: t.TempDir(), Tests: t.TempDir(), Progress: t.Logf}
	var err error
	r.Root, err = filepath.Abs("../../../..")
	require.NoError(t, err)
	verdicts, err := r.Run(t.Context(), []Test{{Path: "lost.go", Text: text, Want: "lost\nmethod\nfine\n"}}, nil)
	require.NoError(t, err)
	require.Len(t, verdicts, 1)
	assert.Equal(t, "lost.go differs loses suspensions", verdicts[0].String())
	assert.Equal(t, "main.(*T).lost\nmain.lost", verdicts[0].Report)
}
