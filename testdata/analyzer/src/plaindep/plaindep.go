// Package plaindep knows nothing of greenlets.
package plaindep

func Each(n int, f func(int)) { // want Each:"calls back \\[1\\]"
	for i := range n {
		f(i)
	}
}

var stored []func(int)

func Keep(f func(int)) { stored = append(stored, f) }
