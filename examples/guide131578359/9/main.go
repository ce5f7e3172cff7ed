package main

import (
	"fmt"

	"github.com/going-green/greenlet/durable"
	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable durable
func order(item string, price int) string {
	tries := 0 //greenlet:was attempts
	for {
		tries++
		//greenlet:point charge
		if greenlet.Exchange[bool, string](fmt.Sprint("charge ", price)) {
			break
		}
		if tries == 3 {
			return "canceled"
		}
	}
	greenlet.Yield("ship " + item)
	return fmt.Sprint("done after ", tries)
}

func main() {
	g := greenlet.New(order, "book", 12)
	fmt.Println(g.Switch())
	snapshot, err := durable.Snapshot(g) // g stays as it is
	if err != nil {
		panic(err)
	}
	g.Kill()

	gs, err := durable.Restore(snapshot) // in another process, of another build
	if err != nil {
		panic(err)
	}
	again := gs[0]
	other, err := durable.Fork(again)
	if err != nil {
		panic(err)
	}
	fmt.Println(again.Switch(true), again.Switch())
	fmt.Println(other.Switch(false), other.Switch(true), other.Switch())
}
