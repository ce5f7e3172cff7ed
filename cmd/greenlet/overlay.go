package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"

	"github.com/going-green/greenlet/rewrite"
)

// overlay generates for a debugger and prints the file that tells the go command.
func (c *command) overlay(ctx context.Context, args []string) (int, error) {
	fs := c.flags("overlay")
	if err := c.parseVerb(fs, args); err != nil {
		return 0, err
	}
	dir, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	to, err := c.overlayDir(dir)
	if err != nil {
		return 0, err
	}
	code, err := c.generateOverlay(ctx, to, fs.Args())
	if code != exitOK || err != nil {
		return code, err
	}
	fmt.Fprintln(c.stdout, c.result.Overlay)
	return exitOK, nil
}

// generateOverlay generates for a debugger into the directory to.
func (c *command) generateOverlay(ctx context.Context, to string, patterns []string) (int, error) {
	c.opt.Overlay, c.opt.KeepVariables = to, true
	c.opt.Deps, c.opt.Tests = true, true
	return c.generate(ctx, patterns)
}

// overlayDir is where overlays for packages named in dir are: in the user's cache.
func (c *command) overlayDir(dir string) (string, error) {
	cache := c.getenv("GREENLET_CACHE")
	if cache == "off" {
		cache = "" // it has to be somewhere
	}
	cache, err := rewrite.CacheDir(cache)
	if err != nil {
		return "", fmt.Errorf("no directory for the overlay: %w; set GREENLET_CACHE", err)
	}
	h := fnv.New64a()
	h.Write([]byte(dir))
	path, err := filepath.Abs(filepath.Join(cache, "overlay", hex.EncodeToString(h.Sum(nil))))
	if err != nil {
		return "", err
	}
	return path, os.MkdirAll(path, 0o777)
}
