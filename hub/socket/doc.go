// Package socket has connections, listeners and servers for the tasks of a hub.
//
// What waits is called from resumable code, in a task, and lets other tasks run:
//
//	//greenlet:resumable
//	func echo(c *socket.Conn) {
//		for {
//			line, err := c.ReadLine()
//			if err != nil {
//				return
//			}
//			c.Write(append(line, '\n'))
//		}
//	}
//
//	//greenlet:resumable
//	func serve(h *hub.Hub) error {
//		l, err := socket.Listen(h, "tcp", "localhost:7")
//		if err != nil {
//			return err
//		}
//		s := &socket.Server{Listener: l, OnConn: echo}
//		return s.Serve()
//	}
//
// Networks and addresses are those of package net, and so are errors: a [*net.OpError]
// that leads to the system's error, [net.ErrClosed], [os.ErrDeadlineExceeded], or a
// [*hub.Conflict] if two tasks would wait in one direction of one connection. The two
// directions are each other's own: one task may read and another one write.
//
// A task whose peer is so fast that it never has to wait lets others have their turn now and
// then.
//
// For libraries there are the interfaces of package net: [NetConn], [NetListener] and [Dialer].
// With them what reads and writes in plain code waits for its task, if it runs on a stack of its
// own:
//
//	greenlet.OnStack(func(greenlet.Section) {
//		config.DialFunc = (&socket.Dialer{Hub: h}).DialContext // of jackc/pgx, for example
//		db := stdlib.OpenDB(*config)
//		…
//	})
//
// What a library waits for in channels and locks holds up the hub: a pool that is empty, a
// connection that is dialled on a goroutine. So let pools have as many connections as there are
// tasks that use them, or let a [hub.Semaphore] of as many as there are connections admit the
// tasks.
//
// If it waits for what another task has to do, the hub stands still for ever: a lock that one task
// holds while it reads, and another one wants. So a library must hold none then that its
// connections share; go-redis does in its maintenance notifications, which have to be disabled. If
// in doubt, [hub.Hub.Monitor] tells where the hub is held up. What waits so all the time, as
// golang.org/x/crypto/ssh does, is called by [hub.Block].
//
// A connection comes to speak TLS by [TLSServer] or [TLSClient].
//
// All else belongs to the goroutine of the hub. No goroutine is started but to look up
// names. A connection keeps no buffer while it waits and all that has arrived is read.
//
// Everything works on any [Net]: the operating system's, [OS], or one that is simulated.
package socket
