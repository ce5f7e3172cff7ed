//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package socket

import (
	"fmt"
	"net"
	"runtime"

	"github.com/going-green/greenlet/hub"
)

func unsupported() error {
	return fmt.Errorf("socket: there are no sockets for tasks on %s yet", runtime.GOOS)
}

// sysStream is never made.
type sysStream struct{ Stream }

func (s *sysStream) connected() (bool, error) { return false, unsupported() }

func dialStream(*hub.Hub, string, name) (*sysStream, bool, error) { return nil, false, unsupported() }

func listenStream(*System, string, name) (Accepter, error) { return nil, unsupported() }

func listenPackets(*System, string, name) (Packets, error) { return nil, unsupported() }

func lend(int) (net.Conn, error) { return nil, unsupported() }

func adopt(*hub.Hub, net.Conn) (Stream, error) { return nil, unsupported() }
