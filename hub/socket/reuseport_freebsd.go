package socket

import "golang.org/x/sys/unix"

// With SO_REUSEPORT the last one to listen would get all.
const reusePort = unix.SO_REUSEPORT_LB
