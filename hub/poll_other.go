//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package hub

import (
	"fmt"
	"runtime"
)

func newPoller() (poller, error) {
	return nil, fmt.Errorf("hub: on %s tasks can't wait for descriptors: there is no poller for it", runtime.GOOS)
}

// pollOne is for systems with a poller.
func pollOne(int, Direction) (bool, error) { panic("hub: a descriptor without a poller") }

// closeFile is for systems with a poller.
func closeFile(int) error { panic("hub: a descriptor without a poller") }
