// Package websocket has WebSocket connections, RFC 6455, for the tasks of a hub. While one waits
// for a message it has no stack and no buffer.
//
//	type echo struct{}
//
//	//greenlet:resumable
//	func (echo) ServeWebSocket(c *websocket.Conn) {
//		for {
//			op, message, err := c.Receive()
//			if err != nil {
//				return
//			}
//			if c.Send(op, message) != nil {
//				return
//			}
//		}
//	}
//
//	mux.Handle("/echo", &websocket.Handler{Serve: echo{}})
//
// Frames are read and written by github.com/gobwas/ws, which leaves the connection to others, and
// compressed by its wsflate: permessage-deflate, RFC 7692, without context between messages. It
// is a module of its own, so that these are no dependencies of who needs no WebSockets.
//
// A connection is for the tasks of its hub. One at a time receives; any number send, whose
// messages come one after the other. Who receives answers pings and the end of the connection.
// What else is annotated here suspends resumable code, and code on a stack of its own.
package websocket
