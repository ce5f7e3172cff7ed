package p

import greenlet "github.com/going-green/greenlet/runtime"

//greenlet:resumable
func count() { greenlet.Yield(1) }

func f() any {
	g := greenlet.New(newCountFrame())
	for !g.Dead() {
		g.Switch()
	}
	println("over")
	g.Switch() // want `g is dead here: its parent gets what is switched to it; leave the switch out, or switch to the parent .switch-to-dead.`
	g.Switch() // the first one is enough

	h := greenlet.New(newCountFrame())
	for v := h.Switch(); !h.Dead(); v = h.Switch() {
		println(v)
		for {
			break
		}
	}
	if v := greenlet.Switch[int](h, 1); v > 0 { // want `h is dead here`
		return v
	}
	if h.Dead() {
		return h.Switch() // want `h is dead here`
	}
	return nil
}

// What is not certain, or means something.
func none(others []*greenlet.Greenlet, p **greenlet.Greenlet) {
	g := greenlet.New(newCountFrame())
	for !g.Dead() {
		if g.Switch() == 3 {
			break
		}
	}
	g.Switch() // it may be alive

	for !g.Dead() && len(others) > 0 {
		g.Switch()
	}
	g.Switch()

Outer:
	for !g.Dead() {
		for {
			break Outer
		}
	}
	g.Switch()

	for !g.Dead() {
		g.Switch()
	}
	g = greenlet.New(newCountFrame())
	g.Switch() // another one

	for !g.Dead() {
		g.Switch()
	}
	g.SetParent(others[0])
	g.Switch() // starts its new parent

	g.Kill()
	g.Switch() // it may recover

	if g.Dead() {
		g = greenlet.New(newCountFrame())
	}
	g.Switch()

	for _, g := range others {
		if g.Dead() {
			continue
		}
		g.Switch()
	}

	shared := greenlet.New(newCountFrame())
	renew := func() { shared = greenlet.New(newCountFrame()) }
	for !shared.Dead() {
		shared.Switch()
	}
	renew()
	shared.Switch()

	pointed := greenlet.New(newCountFrame())
	*p = pointed
	renewed(&pointed)
	for !pointed.Dead() {
	}
	renewed(p)
	pointed.Switch()

	for !g.Dead() {
		g.Switch()
	}
	func() { g.Switch() }()
	//greenlet:allow switch-to-dead the parent is to get it
	if g.Dead() {
		//greenlet:allow switch-to-dead the parent is to get it
		g.Switch(1)
	}
}

func renewed(p **greenlet.Greenlet) { *p = nil }
