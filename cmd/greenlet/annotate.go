package main

import (
	"context"
	"fmt"
	"os"

	"github.com/going-green/greenlet/rewrite"
)

// annotate gives the directive to functions that lack it, and prints which, and what is left.
func (c *command) annotate(ctx context.Context, args []string) (int, error) {
	fs := c.flags("annotate")
	if err := c.parseVerb(fs, args); err != nil {
		return 0, err
	}
	dir, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	c.prepare(dir)
	res, err := rewrite.Annotate(ctx, c.opt, fs.Args()...)
	for _, a := range res.Functions {
		fmt.Fprintf(c.stdout, "%s:%d: %s: %s\n", relative(dir, a.Pos.Filename), a.Pos.Line, a.Func, a.Why)
	}
	if err != nil {
		return 0, err
	}
	if err := res.Diagnostics.Relative(dir).Format(c.stderr, c.colors); err != nil {
		return 0, err
	}
	if len(res.Diagnostics) > 0 {
		return exitDiagnose, nil
	}
	return exitOK, nil
}
