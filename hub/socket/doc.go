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
// All of it belongs to the goroutine of the hub. No goroutine is started but to look up
// names. A connection keeps no buffer while it waits and all that has arrived is read.
//
// Everything works on any [Net]: the operating system's, [OS], or one that is simulated.
package socket
