package bench

import "iter"

func fringeIterPull(n int) {
	compare(n, func(f *fork) (func() (int, bool), func()) { return iter.Pull(f.plainAll) })
}

// plainAll is All as plain code has it.
func (f *fork) plainAll(yield func(int) bool) { f.plainPush(yield) }

func (f *fork) plainPush(yield func(int) bool) bool {
	if f.left == nil {
		return yield(f.leaf)
	}
	return f.left.plainPush(yield) && f.right.plainPush(yield)
}

func fringeChannel(n int) {
	compare(n, func(f *fork) (func() (int, bool), func()) {
		values, stop := make(chan int), make(chan struct{})
		go func() {
			defer close(values)
			f.plainPush(func(v int) bool {
				select {
				case values <- v:
					return true
				case <-stop:
					return false
				}
			})
		}()
		return func() (int, bool) { v, ok := <-values; return v, ok }, func() { close(stop) }
	})
}

// forkStack is what is still to be visited, kept by hand.
type forkStack []*fork

func (s *forkStack) next() (int, bool) {
	top := len(*s) - 1
	if top < 0 {
		return 0, false
	}
	f := (*s)[top]
	*s = (*s)[:top]
	for f.left != nil {
		*s = append(*s, f.right)
		f = f.left
	}
	return f.leaf, true
}

func fringeByHand(n int) {
	compare(n, func(f *fork) (func() (int, bool), func()) {
		s := &forkStack{f}
		return s.next, func() {}
	})
}
