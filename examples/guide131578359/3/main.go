package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

type player struct {
	name  string
	self  *greenlet.Greenlet
	other *player
}

//greenlet:resumable
func (p *player) play(ball int) {
	for ball > 0 {
		fmt.Println(p.name, ball)
		ball = greenlet.Switch[int](p.other.self, ball-1)
	}
}

func main() {
	ping, pong := &player{name: "ping"}, &player{name: "  pong"}
	ping.other, pong.other = pong, ping
	ping.self = greenlet.New(ping.play, 0)
	pong.self = greenlet.New(pong.play, 0)
	ping.self.Switch(4) // the argument of play
	fmt.Println("over:", ping.self.Dead(), pong.self.Dead())
}
