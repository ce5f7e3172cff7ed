package scanner

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

var inputs = []string{
	"", "0:,", "5:hello,", "5:hello,0:,12:hello, world,", "5:hello", "5:hello;", "x", ":", "05:hello,", "00:,", "1x:", "9999999999:", "1048577:", "3:a,b,2:xy,",
	strings.Repeat("11:hello world,300:"+strings.Repeat("x", 300)+",", 40),
}

// scanned is what a scanner makes of an input in pieces of a size.
func scanned(input string, size int, begin func(func([]byte)) io.Writer) (text string) {
	w := begin(func(b []byte) { text += fmt.Sprintf("%q ", b) })
	taken := 0
	for len(input) > 0 {
		n := min(size, len(input))
		k, err := w.Write([]byte(input[:n]))
		taken += k
		if err != nil {
			return fmt.Sprint(text, taken, err)
		}
		input = input[n:]
	}
	return fmt.Sprint(text, taken)
}

// TestSame holds that both say the same, wherever the input is cut.
func TestSame(t *testing.T) {
	for _, input := range inputs {
		for size := 1; size < 20; size++ {
			want := scanned(input, size, func(emit func([]byte)) io.Writer { return NewSteps(emit) })
			got := scanned(input, size, func(emit func([]byte)) io.Writer { return NewFed(emit) })
			if got != want {
				t.Errorf("%.40q in pieces of %d:\n%.200s\nwant\n%.200s", input, size, got, want)
			}
		}
	}
}

func FuzzSame(f *testing.F) {
	for _, input := range inputs {
		f.Add(input, 3)
	}
	f.Fuzz(func(t *testing.T, input string, size int) {
		size = max(1, size)
		want := scanned(input, size, func(emit func([]byte)) io.Writer { return NewSteps(emit) })
		if got := scanned(input, size, func(emit func([]byte)) io.Writer { return NewFed(emit) }); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func benchmark(b *testing.B, size int, begin func(func([]byte)) io.Writer) {
	input := []byte(inputs[len(inputs)-1])
	b.SetBytes(int64(len(input)))
	b.ReportAllocs()
	for b.Loop() {
		w := begin(func([]byte) {})
		for rest := input; len(rest) > 0; {
			n := min(size, len(rest))
			if _, err := w.Write(rest[:n]); err != nil {
				b.Fatal(err)
			}
			rest = rest[n:]
		}
	}
}

func BenchmarkScan(b *testing.B) {
	for _, size := range []int{1, 16, 1400} {
		b.Run(fmt.Sprintf("steps/%d", size), func(b *testing.B) {
			benchmark(b, size, func(emit func([]byte)) io.Writer { return NewSteps(emit) })
		})
		b.Run(fmt.Sprintf("fed/%d", size), func(b *testing.B) {
			benchmark(b, size, func(emit func([]byte)) io.Writer { return NewFed(emit) })
		})
	}
}
