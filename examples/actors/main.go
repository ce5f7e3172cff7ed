// Actors keeps 100,000 bank accounts, each an actor: a greenlet that waits for
// a message, answers it, and waits again. What an account is about to do next
// is where it stands in its function, and what it knows is in its local
// variables. The program prints how much memory one of them takes.
package main

import (
	"fmt"
	"runtime"

	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// message is what an account is sent. It answers with the amount that was
// really moved.
type message struct {
	verb   verb
	amount int
	to     *account           // transfer: who gets it
	sender *greenlet.Greenlet // who waits for the answer
}

type verb int

const (
	deposit verb = iota
	withdraw
	transfer
	shut
)

// account is the address of an actor.
type account struct{ actor *greenlet.Greenlet }

// newAccount starts an account; it waits for its first message.
func newAccount() *account {
	a := new(account)
	a.actor = greenlet.New(serve, greenlet.Main())
	a.actor.Switch()
	return a
}

// ask sends a message from plain code and returns the answer.
func (a *account) ask(m message) int {
	m.sender = greenlet.Main()
	return greenlet.Switch[int](a.actor, m)
}

// serve is an account's life. Each switch answers the message before and
// receives the next one. The sender of a message waits for the answer; so does
// an account that asks another in the middle of its own work.
//
//greenlet:resumable
func serve(opener *greenlet.Greenlet) {
	balance, answer := 0, 0
	self := greenlet.Current()
	m := greenlet.Switch[message](opener, 0)
	for m.verb != shut {
		switch m.verb {
		case deposit:
			balance += m.amount
			answer = m.amount
		case withdraw:
			answer = min(m.amount, balance)
			balance -= answer
		case transfer:
			amount := min(m.amount, balance)
			answer = greenlet.Switch[int](m.to.actor, message{verb: deposit, amount: amount, sender: self})
			balance -= answer
		}
		m = greenlet.Switch[message](m.sender, answer)
	}
}

// memory is what lives on the heap.
func memory() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func main() {
	const count = 100_000
	accounts := make([]*account, count)
	before := memory()
	for i := range accounts {
		accounts[i] = newAccount()
	}
	after := memory()

	// Each account gets 10 and gives 3 of it to its neighbour.
	for _, a := range accounts {
		a.ask(message{verb: deposit, amount: 10})
	}
	moved := 0
	for i, a := range accounts {
		moved += a.ask(message{verb: transfer, amount: 3, to: accounts[(i+1)%count]})
	}
	fmt.Println("moved:", moved)

	total := 0
	for _, a := range accounts {
		total += a.ask(message{verb: withdraw, amount: 1 << 30})
	}
	fmt.Println("total:", total)
	fmt.Println("suspended in:", accounts[0].actor.Stack()[0].Func)

	for _, a := range accounts {
		a.actor.Switch(message{verb: shut})
	}
	fmt.Println("dead:", accounts[count-1].actor.Dead())
	fmt.Println("goroutines:", runtime.NumGoroutine())
	fmt.Printf("memory of a suspended account: %d bytes\n", (after-before)/count)
}
