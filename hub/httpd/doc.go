// Package httpd is a server for HTTP/1.1 whose handlers are tasks of a hub, with no
// goroutine for each.
//
// Handlers are those of net/http. One whose ServeHTTP is annotated may wait, for time,
// for other tasks, for the request's body and for the client to take what is written:
//
//	type clock struct{ hub *hub.Hub }
//
//	//greenlet:resumable
//	func (c clock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
//		for range 10 {
//			fmt.Fprintln(w, c.hub.Now())
//			w.(http.Flusher).Flush()
//			c.hub.Sleep(time.Second)
//		}
//	}
//
//	//greenlet:resumable
//	func serve(h *hub.Hub) error {
//		l, err := socket.Listen(h, "tcp", "localhost:8080")
//		if err != nil {
//			return err
//		}
//		s := &httpd.Server{Listener: l, Handler: clock{h}}
//		return s.Serve()
//	}
//
// A function that it calls and that writes or reads has to be annotated as well: the
// generator says so.
//
// Any other handler runs as it is, but can't wait: while it runs, nothing else does. So
// the body of its request is read before it is called, up to a limit, and what it writes
// is kept in memory and sent when it has returned; a client that is slow does not hold it
// up. The same holds for plain code that a handler calls, such as fmt.Fprint, which may
// write as much as memory holds, and for what reads the body there: call [Receive]
// before.
//
// Handlers that wait are found by [HandlerFunc], [Mux] and [Call], while those of
// net/http that call others, http.HandlerFunc, http.ServeMux, http.StripPrefix and so on,
// are plain code, and so is all below them.
//
// Messages are parsed by net/http, and answers look like those of its server: Date,
// Content-Type, Content-Length and Transfer-Encoding are set as there, and HEAD, Expect,
// Connection and HTTP/1.0 are treated alike. What could be understood in two ways is refused:
// see RFC 9112, section 6.3 and 11.2.
package httpd
