//go:build linux

package hub

import (
	"encoding/binary"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// epoll is the poller of Linux, edge triggered.
type epoll struct {
	fd     int
	waker  int // an eventfd; what is written is never read, as each write is an edge
	coarse bool
	raw    [128]unix.EpollEvent
	events [128]event
}

func newPoller() (poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	waker, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("eventfd", err)
	}
	e := &epoll{fd: fd, waker: waker}
	if err := e.control(unix.EPOLL_CTL_ADD, waker, unix.EPOLLIN); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *epoll) control(op, fd int, events uint32) error {
	ev := unix.EpollEvent{Events: events | unix.EPOLLET, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(e.fd, op, fd, &ev))
}

func (e *epoll) add(fd int) error {
	return e.control(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN|unix.EPOLLRDHUP)
}

func (e *epoll) addOut(fd int) error {
	return e.control(unix.EPOLL_CTL_MOD, fd, unix.EPOLLIN|unix.EPOLLRDHUP|unix.EPOLLOUT)
}

func (e *epoll) remove(fd int) { _ = e.control(unix.EPOLL_CTL_DEL, fd, 0) }

func (e *epoll) ask(d time.Duration) ([]event, error) {
	n, err := e.pwait(d)
	switch err {
	case nil:
	case unix.EINTR:
		return nil, nil
	default:
		return nil, os.NewSyscallError("epoll_wait", err)
	}
	list := e.events[:0]
	for i := range e.raw[:n] {
		ev := &e.raw[i]
		if int(ev.Fd) == e.waker {
			continue
		}
		var what happening
		if ev.Events&(unix.EPOLLERR|unix.EPOLLHUP) != 0 {
			what = canRead | canWrite | hasEnded
		}
		if ev.Events&unix.EPOLLRDHUP != 0 {
			what |= canRead | hasEnded
		}
		if ev.Events&unix.EPOLLIN != 0 {
			what |= canRead
		}
		if ev.Events&unix.EPOLLOUT != 0 {
			what |= canWrite
		}
		list = append(list, event{int(ev.Fd), what})
	}
	return list, nil
}

// pwait waits to the nanosecond if the system can (Linux 5.11), else to the
// millisecond, rounded up: no timer may come early.
func (e *epoll) pwait(d time.Duration) (int, error) {
	if d > 0 && !e.coarse {
		timeout := unix.NsecToTimespec(int64(d))
		n, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(e.fd), uintptr(unsafe.Pointer(&e.raw[0])),
			uintptr(len(e.raw)), uintptr(unsafe.Pointer(&timeout)), 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.ENOSYS, unix.EPERM: // EPERM is how some sandboxes refuse what they don't know
			e.coarse = true
		default:
			return 0, errno
		}
	}
	ms := -1
	if d >= 0 {
		ms = int(min((d+time.Millisecond-1)/time.Millisecond, 1<<31-1))
	}
	return unix.EpollWait(e.fd, e.raw[:], ms)
}

func (e *epoll) wake() error {
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	_, err := unix.Write(e.waker, one[:])
	return err
}

func (e *epoll) close() {
	unix.Close(e.fd)
	unix.Close(e.waker)
}
