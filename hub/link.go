package hub

// link is told once, in the loop or by the task that runs, when something becomes ready.
// It is part of what is told.
type link struct {
	to         linked // what it is part of
	list       *links
	prev, next *link
}

type linked interface{ ready() }

// links are told in the order in which they came. The last is before the first, so that
// the list is one pointer.
type links struct{ head *link }

func (l *links) add(n *link, to linked) {
	n.to, n.list, n.prev = to, l, n
	if l.head == nil {
		l.head = n
		return
	}
	n.prev, l.head.prev.next, l.head.prev = l.head.prev, n, n
}

// remove takes n out of its list, if it is in one.
func (n *link) remove() {
	l := n.list
	if l == nil {
		return
	}
	if l.head == n {
		l.head = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next != nil {
		n.next.prev = n.prev
	} else if l.head != nil {
		l.head.prev = n.prev
	}
	n.list, n.prev, n.next = nil, nil, nil
}

// fire tells all, also if one of them panics. Those that are told may add and remove others.
func (l *links) fire() {
	if l.head == nil {
		return
	}
	defer l.fire() // the others, after a panic
	for n := l.head; n != nil; n = l.head {
		n.remove()
		n.to.ready()
	}
}

// Link is what undoes [Task.Link].
type Link struct{ link *taskLink }

// Unlink has the function not be called any more, if it has not been.
func (l Link) Unlink() {
	if l.link != nil {
		l.link.remove()
	}
}

type taskLink struct {
	link
	task *Task
	f    func(*Task)
}

func (l *taskLink) ready() { l.f(l.task) }
