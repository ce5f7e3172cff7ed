// Command village plays some ticks of a village, and saves it, to go on with another time.
//
//	village -people 5000 -ticks 100 -save game
//	village -load game -ticks 100 -save game
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/going-green/greenlet/examples/village"
)

func main() {
	people := flag.Int("people", 5000, "how many there are in a new village")
	ticks := flag.Int("ticks", 100, "how long to play")
	load := flag.String("load", "", "a `file` with a village")
	save := flag.String("save", "", "the `file` to save it in")
	flag.Parse()
	if err := play(*people, *ticks, *load, *save); err != nil {
		fmt.Fprintln(os.Stderr, "village:", err)
		os.Exit(1)
	}
}

func play(people, ticks int, load, save string) error {
	w := village.New(people)
	if load != "" {
		f, err := os.Open(load)
		if err != nil {
			return err
		}
		defer f.Close()
		if w, err = village.Load(f); err != nil {
			return err
		}
	}
	for range ticks {
		w.Step()
	}
	fmt.Printf("tick %d: %d people, %d in stock, %d spoilt, sum %x\n", w.Tick, len(w.People), w.Stock, w.Spoilt, w.Sum())
	if save == "" {
		return nil
	}
	f, err := os.Create(save + ".new")
	if err != nil {
		return err
	}
	if err := w.Save(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(save+".new", save) // an old game is there until the new one is
}
