package lexer

import (
	"fmt"
	"strings"
	"testing"
)

var texts = []string{
	"", "plain", "{{", "{{}}", "a{{b}}c", "{{if x}}yes{{end}}", "{{ 12 three }} {{?}}", "x{{y", "é{{ünï 7}}ö", strings.Repeat("hello {{name}}, {{if x 12}}yes{{end}}\n", 50),
}

// TestSame holds that both say the same.
func TestSame(t *testing.T) {
	for _, text := range texts {
		var want, got []Item
		for item := range ByChannel(text) {
			want = append(want, item)
		}
		for item := range ByGreenlet(text) {
			got = append(got, item)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || len(want) == 0 {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestStops holds that a reader may stop.
func TestStops(t *testing.T) {
	n := 0
	for range ByGreenlet(texts[len(texts)-1]) {
		if n++; n == 5 {
			break
		}
	}
	if n != 5 {
		t.Errorf("%d items, want 5", n)
	}
}

func benchmark(b *testing.B, lex func(string) int) {
	text := texts[len(texts)-1]
	items := lex(text)
	b.ReportAllocs()
	for b.Loop() {
		lex(text)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(items), "ns/item")
}

func BenchmarkByChannel(b *testing.B) {
	benchmark(b, func(text string) (n int) {
		for range ByChannel(text) {
			n++
		}
		return n
	})
}

func BenchmarkByGreenlet(b *testing.B) {
	benchmark(b, func(text string) (n int) {
		for range ByGreenlet(text) {
			n++
		}
		return n
	})
}
