package village

import greenlet "github.com/going-green/greenlet/runtime"

// Scripts read as stories. Each line that waits is one, a tick or many later, also if the game was saved and
// loaded in between.

// tick ends the turn.
//
//greenlet:resumable durable
func (v *Villager) tick() { greenlet.Main().Switch() }

//greenlet:resumable durable
func (v *Villager) wait(ticks int) {
	for range ticks {
		v.tick()
	}
}

// walk goes to a place, a step a tick.
//
//greenlet:resumable durable
func (v *Villager) walk(x, y int) {
	for v.X != x || v.Y != y {
		v.X += toward(v.X, x)
		v.Y += toward(v.Y, y)
		v.tick()
	}
}

func toward(from, to int) int { return max(-1, min(1, to-from)) }

const marketX, marketY = 20, 12

// farmer grows what the market sells.
//
//greenlet:resumable durable
func farmer(v *Villager, fieldX, fieldY int) {
	for {
		v.walk(fieldX, fieldY)
		for v.Carry < 5 {
			v.wait(1 + v.World.roll(3))
			v.Carry++
		}
		v.walk(marketX, marketY)
		v.World.Stock += v.Carry
		v.Carry = 0
		if v.eat() {
			v.wait(2)
		}
	}
}

// baker buys, bakes, and loses what nobody comes for.
//
//greenlet:resumable durable
func baker(v *Villager, patience int) {
	for {
		v.walk(marketX, marketY)
		waited := 0
		for v.World.Stock < 3 {
			if waited++; waited > patience {
				break
			}
			v.tick()
		}
		if waited > patience {
			v.stroll(5)
			continue
		}
		v.World.Stock -= 3
		v.wait(4)
		if !v.eat() {
			v.World.Spoilt++
		}
	}
}

// guard strolls.
//
//greenlet:resumable durable
func guard(v *Villager) {
	for {
		v.stroll(10)
		v.eat()
		v.wait(3)
	}
}

//greenlet:resumable durable
func (v *Villager) stroll(steps int) {
	for range steps {
		v.walk(max(0, min(39, v.X+v.World.roll(3)-1)), max(0, min(24, v.Y+v.World.roll(3)-1)))
		v.tick()
	}
}

func (v *Villager) eat() bool {
	if v.World.Stock == 0 {
		return false
	}
	v.World.Stock--
	v.Meals++
	return true
}
