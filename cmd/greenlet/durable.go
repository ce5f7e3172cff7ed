package main

import (
	"context"
	"fmt"
	"os"

	"github.com/going-green/greenlet/durable"
)

const helpDurable = `
Usage: greenlet durable show file
       greenlet durable check [-update] [-json] [-lock file] [-snapshots path] [packages]

Show prints what a snapshot of a greenlet holds: the functions that it is in, the
innermost first, where each of them stands, and its variables. It needs no source, and
not the program that took the snapshot; that must have been taken without a store of
schemas. What a pointer leads to is printed where it is met first, as #5 {…}, and after
that as #5. A suspension is called as //greenlet:point says or, if it does not, by the
function called and a hash of the call's text.

	$ greenlet durable show order.snapshot
	greenlet #2
		example.com/shop.order at Yield#5d1c8f0a
			o = #3 example.com/shop.Item{ID: "17", Price: 300}
			receipt = "r-17"

Check tells before a deployment which snapshots the source as it is would not go on with,
where, why, and what to do. It compares with the lock file of each package, which says
what snapshots of the released version hold. Keep that file under version control, and
write it with -update when a version is released. With -snapshots it looks at stored
ones as well, or instead if a package has no lock file; of several packages it is enough
that the program of one goes on with a snapshot. It exits with 1 if there is a change that
breaks snapshots, or may break some; what is only lost is told.

	$ greenlet durable check
	order.go:12: example.com/shop.order at charge: sum: it was int, and is float64 [breaks]
		see durable.Migrate, or give it another name

The package is built and its init functions are run, for codecs, types and migrations
are registered there; no snapshot is restored.

Flags of check:

	-update          write the lock file, and compare with nothing
	-json            print a list of changes, as type durable.Change has them
	-lock file       its name in each package's directory; greenlet.durable.lock if not given
	-snapshots path  a file with a snapshot, or a directory with such files; more with commas
`

// durable does what is to be done with snapshots.
func (c *command) durable(ctx context.Context, args []string) (int, error) {
	if len(args) > 0 && args[0] == "check" {
		return c.durableCheck(ctx, args[1:])
	}
	if len(args) == 0 || args[0] != "show" {
		return 0, usagef("durable wants show and the name of one file, or check")
	}
	fs := c.flags("durable show")
	if err := c.parseVerb(fs, args[1:]); err != nil {
		return 0, err
	}
	if fs.NArg() != 1 {
		return 0, usagef("durable show wants the name of one file")
	}
	file := fs.Arg(0)
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	stacks, err := durable.Show(b, nil)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", file, err)
	}
	for _, st := range stacks {
		fmt.Fprint(c.stdout, st)
	}
	return exitOK, nil
}
