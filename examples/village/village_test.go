package village

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSaved plays on from a save at each of some ticks, and comes to what the game comes to that was not saved.
func TestSaved(t *testing.T) {
	const people, all = 300, 120
	whole := New(people)
	for range all {
		whole.Step()
	}
	for at := 0; at <= all; at += 17 {
		w := New(people)
		for range at {
			w.Step()
		}
		var file bytes.Buffer
		if err := w.Save(&file); err != nil {
			t.Fatal(err)
		}
		before := w.Sum()
		loaded, err := Load(&file)
		if err != nil {
			t.Fatal(err)
		}
		if loaded.Sum() != before {
			t.Fatalf("saved at %d, it is not loaded as it was", at)
		}
		for range all - at {
			w.Step() // goes on, too
			loaded.Step()
		}
		if got := loaded.Sum(); got != whole.Sum() || w.Sum() != got {
			t.Errorf("saved at %d: sums %x and %x, want %x", at, got, w.Sum(), whole.Sum())
		}
	}
	if whole.Stock+whole.Spoilt == 0 {
		t.Error("nobody has worked")
	}
}

// TestOtherProcess saves thousands of scripts, and goes on with them in another process.
func TestOtherProcess(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "village.exe")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/village").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func(args ...string) string {
		out, err := exec.Command(program, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	game := filepath.Join(dir, "game")
	want := run("-people", "5000", "-ticks", "60")
	run("-people", "5000", "-ticks", "25", "-save", game)
	if got := run("-load", game, "-ticks", "35"); got != want || !strings.HasPrefix(got, "tick 60: 5000 people") {
		t.Errorf("loaded: %swant:   %s", got, want)
	}
	info, err := os.Stat(game)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes a villager", info.Size()/5000)
}

// TestDamaged refuses what was not saved.
func TestDamaged(t *testing.T) {
	w := New(10)
	w.Step()
	var file bytes.Buffer
	if err := w.Save(&file); err != nil {
		t.Fatal(err)
	}
	b := file.Bytes()
	b[len(b)/2] ^= 1
	if _, err := Load(bytes.NewReader(b)); err == nil {
		t.Error("a damaged game was loaded")
	}
}

func BenchmarkStep(b *testing.B) {
	w := New(5000)
	for b.Loop() {
		w.Step()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/5000, "ns/script")
}

func BenchmarkSave(b *testing.B) {
	w := New(5000)
	for range 50 {
		w.Step()
	}
	for b.Loop() {
		var file bytes.Buffer
		if err := w.Save(&file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	w := New(5000)
	for range 50 {
		w.Step()
	}
	var file bytes.Buffer
	if err := w.Save(&file); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Load(bytes.NewReader(file.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}
