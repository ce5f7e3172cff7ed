//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package hub

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// kqueue is the poller of macOS and the BSDs, with EV_CLEAR: each change is told once.
type kqueue struct {
	fd     int
	waker  [2]int // a pipe
	raw    [128]unix.Kevent_t
	events [128]event
}

func newPoller() (poller, error) {
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(fd)
	k := &kqueue{fd: fd}
	syscall.ForkLock.RLock()
	err = unix.Pipe(k.waker[:])
	if err == nil {
		unix.CloseOnExec(k.waker[0])
		unix.CloseOnExec(k.waker[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("pipe", err)
	}
	for _, end := range k.waker {
		if err := unix.SetNonblock(end, true); err != nil {
			k.close()
			return nil, os.NewSyscallError("fcntl", err)
		}
	}
	if err := k.add(k.waker[0]); err != nil {
		k.close()
		return nil, err
	}
	return k, nil
}

func (k *kqueue) change(fd, filter, flags int) error {
	changes := make([]unix.Kevent_t, 1)
	unix.SetKevent(&changes[0], fd, filter, flags)
	_, err := unix.Kevent(k.fd, changes, nil, nil)
	return os.NewSyscallError("kevent", err)
}

func (k *kqueue) add(fd int) error {
	return k.change(fd, unix.EVFILT_READ, unix.EV_ADD|unix.EV_CLEAR)
}

func (k *kqueue) addOut(fd int) error {
	return k.change(fd, unix.EVFILT_WRITE, unix.EV_ADD|unix.EV_CLEAR)
}

func (k *kqueue) remove(fd int) {
	_ = k.change(fd, unix.EVFILT_READ, unix.EV_DELETE)
	_ = k.change(fd, unix.EVFILT_WRITE, unix.EV_DELETE)
}

func (k *kqueue) ask(d time.Duration) ([]event, error) {
	var timeout *unix.Timespec
	if d >= 0 {
		ts := unix.NsecToTimespec(int64(d))
		timeout = &ts
	}
	n, err := unix.Kevent(k.fd, nil, k.raw[:], timeout)
	switch err {
	case nil:
	case unix.EINTR:
		return nil, nil
	default:
		return nil, os.NewSyscallError("kevent", err)
	}
	list := k.events[:0]
	for i := range k.raw[:n] {
		ev := &k.raw[i]
		if int(ev.Ident) == k.waker[0] {
			var written [64]byte
			_, _ = unix.Read(k.waker[0], written[:]) // or it would be full one day
			continue
		}
		what := canRead
		if ev.Filter == unix.EVFILT_WRITE {
			what = canWrite
		}
		if ev.Flags&(unix.EV_EOF|unix.EV_ERROR) != 0 {
			what |= hasEnded
		}
		list = append(list, event{int(ev.Ident), what})
	}
	return list, nil
}

func (k *kqueue) wake() error {
	_, err := unix.Write(k.waker[1], []byte{1})
	return err
}

func (k *kqueue) close() {
	unix.Close(k.fd)
	unix.Close(k.waker[0])
	unix.Close(k.waker[1])
}
