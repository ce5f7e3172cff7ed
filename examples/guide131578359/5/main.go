package main

import (
	"errors"
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

var errBusy = errors.New("busy")

//greenlet:resumable
func session(name string) {
	defer fmt.Println(name, "closed")
	for {
		if err := serve(); err != nil {
			fmt.Println(name, "goes on after:", err)
		}
	}
}

//greenlet:resumable
func serve() (err error) {
	defer func() {
		if v := recover(); v == errBusy {
			err = errBusy
		} else if v != nil {
			panic(v)
		}
	}()
	for {
		fmt.Println("request", greenlet.Exchange[string]("ready"))
	}
}

func main() {
	g := greenlet.New(session, "a")
	g.Switch()
	g.Switch("one")
	g.Throw(errBusy)
	g.Switch("two")
	g.Kill()
	fmt.Println(g.Dead())

	g = greenlet.New(session, "b")
	g.Switch()
	defer func() { fmt.Println("main gets:", recover()) }()
	g.Throw("disaster")
}
