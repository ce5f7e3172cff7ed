package golden

import (
	"context"
	"errors"
	"flag"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/proof/oracle"
)

var durablePart = flag.Uint("durable-part", 12, "make durable one in so many goldens; 1 is all")

// Durable runs the cases in dir with all their functions durable, each greenlet going on as a
// fork of itself behind each switch. They must print what the oracle prints. Those that the
// generator refuses as durable ones are left out; why says of others what stands in the way. What is
// [Shared] stands in the way of forks only: these cases go on as clones.
//
// It runs a part of the cases, always the same, unless -run selects one or -durable-part says
// otherwise.
func Durable(t *testing.T, dir string, why map[string]string) {
	shared := map[string]bool{}
	why = maps.Clone(why)
	maps.DeleteFunc(why, func(name, reason string) bool {
		shared[name] = reason == Shared
		return shared[name]
	})
	b := newPart(t, dir, why, *durablePart)
	for _, o := range b.good() {
		if shared[o.Name] {
			o.args = []string{"clone"}
		}
		o.Files = o.Files.Durable()
	}
	require.NoError(t, b.durable(t.Context(), tempDir(t)))
	refused := 0
	for _, name := range b.names {
		o := b.outcomes[name]
		if o.err != nil && strings.Contains(o.err.Error(), " [durable-") {
			refused++
			continue
		}
		t.Run(name, func(t *testing.T) {
			require.NoError(t, o.err)
			require.NoError(t, o.printedErr)
			require.Equal(t, o.trace, o.printed, "forked at each switch, against the trace")
		})
	}
	t.Logf("%d programs, of which %d are refused as durable", len(b.names), refused)
}

func (b *batch) durable(ctx context.Context, dir string) error {
	if err := b.generate(ctx, filepath.Join(dir, "generate")); err != nil {
		return err
	}
	var programs []oracle.Program
	for _, o := range b.good() {
		programs = append(programs, o.withGenerated())
	}
	module := func(programs []oracle.Program) (oracle.Files, error) {
		files, err := oracle.Rewritten(programs, b.root)
		if err == nil {
			files["every.go"] = everySwitch
		}
		return files, err
	}
	return b.execute(ctx, filepath.Join(dir, "durable"), programs, module, func(o *outcome, out string, err error) {
		o.printed, o.printedErr = out, o.withoutMeant(err)
		if strings.Contains(out, "durabletest:") {
			o.printedErr = errors.Join(o.printedErr, errors.New(out))
		}
	})
}

// Shared is why a case can't go on as forks: these see what they share.
const Shared = "a slice, map or the like has literals, or pointers to variables: a fork shares it, and these lead to the original's variables"

// everySwitch is a file of the program that forks at each switch. What is refused goes on as it
// is: nobody asks for the counts.
const everySwitch = `package main

import (
	"os"

	"github.com/going-green/greenlet/durable/durabletest"
)

func init() {
	if len(os.Args) > 2 && os.Args[2] == "clone" {
		durabletest.EverySwitchCloned()
	} else {
		durabletest.EverySwitch()
	}
}
`
