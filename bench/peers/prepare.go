package peers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// write puts embedded sources into dir and returns the path of the first.
func write(dir string, names ...string) (string, error) {
	for _, name := range names {
		text, err := fs.ReadFile(sources, "src/"+name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, names[0]), nil
}

// find is the first of some programs that is there.
func find(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not in the PATH", strings.Join(names, " or "))
}

// firstLine is the first line that a program prints.
func firstLine(ctx context.Context, argv ...string) (string, error) {
	out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", argv[0], err, lines[len(lines)-1])
	}
	return lines[0], nil
}

func prepareCpp(ctx context.Context, dir string) ([]string, string, error) {
	compiler, err := find("g++", "clang++")
	if err != nil {
		return nil, "", err
	}
	source, err := write(dir, "peer.cpp", "coro.hpp")
	if err != nil {
		return nil, "", err
	}
	version, err := firstLine(ctx, compiler, "--version")
	if err != nil {
		return nil, "", err
	}
	program := filepath.Join(dir, "peer.exe")
	out, err := exec.CommandContext(ctx, compiler, "-O2", "-std=c++20", "-o", program, source).CombinedOutput()
	if err != nil {
		first, _, _ := strings.Cut(string(out), "\n")
		return nil, "", fmt.Errorf("%s: %w: %s", compiler, err, first)
	}
	return []string{program}, version + " -O2", nil
}

func prepareLua(ctx context.Context, dir string) ([]string, string, error) {
	luajit, err := find("luajit")
	if err != nil {
		return nil, "", err
	}
	source, err := write(dir, "peer.lua")
	if err != nil {
		return nil, "", err
	}
	version, err := firstLine(ctx, luajit, "-v")
	if err != nil {
		return nil, "", err
	}
	version, _, _ = strings.Cut(version, " -- ")
	return []string{luajit, source}, version, nil
}

func preparePython(ctx context.Context, dir string) ([]string, string, error) {
	return preparePythonWith(ctx, dir, "greenlet", "peer.py")
}

func prepareGevent(ctx context.Context, dir string) ([]string, string, error) {
	return preparePythonWith(ctx, dir, "gevent", "peer_gevent.py")
}

func preparePythonWith(ctx context.Context, dir, module, program string) ([]string, string, error) {
	python, version, err := Python(ctx, module)
	if err != nil {
		return nil, "", err
	}
	source, err := write(dir, program)
	return []string{python, source}, version, err
}

// Python is the path of a Python that has a module, and the versions of both. It may not be
// the first in the PATH.
func Python(ctx context.Context, module string) (path, version string, err error) {
	ask := fmt.Sprintf("import sys, %s as m; print(m.__name__, m.__version__, 'on Python', sys.version.split()[0])", module)
	var errs []error
	for _, name := range []string{"python3", "/usr/bin/python3", "python"} {
		python, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		version, err := firstLine(ctx, python, "-c", ask)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		return python, version, nil
	}
	if len(errs) == 0 {
		return "", "", errors.New("python3 is not in the PATH")
	}
	return "", "", errs[0]
}

func prepareNode(ctx context.Context, dir string) ([]string, string, error) {
	node, err := find("node", "nodejs")
	if err != nil {
		return nil, "", err
	}
	source, err := write(dir, "peer.js")
	if err != nil {
		return nil, "", err
	}
	version, err := firstLine(ctx, node, "--version")
	return []string{node, "--expose-gc", source}, "Node " + version, err
}

// prepareDispatchrun says why that one is not run. It is listed since it is the
// nearest relative there is.
func prepareDispatchrun(context.Context, string) ([]string, string, error) {
	return nil, "", errors.New("github.com/dispatchrun/coroutine has had no commit since mid-2024 and neither builds nor runs with Go 1.26 without patches")
}
