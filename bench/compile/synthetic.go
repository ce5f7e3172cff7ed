package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// perFile is how many functions a file of synthetic source has.
const perFile = 50

// shapes are functions of several kinds, as programs have them, some of which call
// others: %[1]d is their own number, %[2]d and %[3]d those of two before.
var shapes = []string{
	`// f%[1]d yields what it counts.
//
//greenlet:resumable
func f%[1]d(n int) (int, error) {
	sum := 0
	for i := range n {
		if i%%3 == 0 {
			greenlet.Yield(i + sum)
		}
		sum += i
	}
	return sum, nil
}
`, `// f%[1]d calls others in expressions.
//
//greenlet:resumable
func f%[1]d(n int) (int, error) {
	a, err := f%[2]d(n - 1)
	if err != nil {
		return 0, fmt.Errorf("f%[1]d: %%w", err)
	}
	b, err := f%[3]d(a)
	if err != nil {
		return 0, err
	}
	return a*b + n, nil
}
`, `// f%[1]d switches over what it receives.
//
//greenlet:resumable
func f%[1]d(n int) (int, error) {
	words := map[string]int{}
	for {
		word := greenlet.Exchange[string](n)
		switch {
		case word == "":
			return len(words), nil
		case strings.HasPrefix(word, "#"):
			continue
		case len(word) > n:
			if _, err := f%[2]d(len(word)); err != nil {
				return 0, err
			}
		default:
			words[word]++
		}
	}
}
`, `// f%[1]d defers, and walks a slice.
//
//greenlet:resumable
func f%[1]d(n int) (total int, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("f%[1]d: %%v", v)
		}
	}()
	for i, v := range make([]int, n) {
		part, err := f%[2]d(i)
		if err != nil {
			return total, err
		}
		total += part + v
		greenlet.Yield(total)
	}
	return total, nil
}
`, `// f%[1]d hands on a function that suspends.
//
//greenlet:resumable
func f%[1]d(n int) (int, error) {
	count := 0
	visit := func(v int) bool {
		count += v
		greenlet.Yield(count)
		return count < n
	}
	for i := 0; visit(i); i++ {
		if r, err := f%[2]d(count); err != nil || r > n {
			return r, err
		}
	}
	return count, nil
}
`,
}

// synthetic makes a package of resumable functions.
func synthetic(t *tool, name string, functions int) (*module, error) {
	m, err := t.newModule(name, fmt.Sprintf("synthetic%d", functions))
	if err != nil {
		return nil, err
	}
	m.functions = functions
	for first := 0; first < functions; first += perFile {
		var b strings.Builder
		b.WriteString("// Package synthetic is made to be measured.\npackage synthetic\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n\n\tgreenlet \"github.com/going-green/greenlet/runtime\"\n)\n\nvar (\n\t_ = fmt.Errorf\n\t_ = strings.HasPrefix\n)\n")
		for i := first; i < min(first+perFile, functions); i++ {
			fmt.Fprintf(&b, "\n"+shapes[i%len(shapes)], i, max(0, i-1), max(0, i-7))
		}
		path := filepath.Join(m.dir, fmt.Sprintf("part%d.go", first/perFile))
		if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
			return nil, err
		}
	}
	return m, nil
}
