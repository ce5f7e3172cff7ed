//go:build darwin || dragonfly || netbsd || openbsd

package socket

import "golang.org/x/sys/unix"

const reusePort = unix.SO_REUSEPORT
