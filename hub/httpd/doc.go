// Package httpd is a server for HTTP/1.1 whose handlers are tasks of a hub, with no
// goroutine for each.
//
// Handlers are those of net/http, and any of them may wait: for time, for other tasks, for the
// request's body and for the client to take what is written. One that nobody has annotated,
// a router of another library with its middleware for example, runs on a stack of its own while
// it answers: see [greenlet.OnStack]. One whose ServeHTTP is annotated needs none. Between two
// requests no connection has a stack.
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
// # Annotated handlers
//
// An annotated handler takes less memory while it waits, and somewhat less time. A function that
// it calls and that writes or reads has to be annotated as well: the generator says so.
//
// Plain code that it calls, such as fmt.Fprint or a decoder of package encoding/json, can't wait.
// What that writes is kept, up to 64 KiB until the handler itself writes or flushes; beyond,
// its error says so, and the answer ends. It can't read the body, unless [Receive] has received
// all of it before. Where that is too little, run it by greenlet.OnStack, or leave the handler
// plain.
//
// Annotated handlers are found by [HandlerFunc], [Mux] and [Call], while those of net/http that
// call others, http.HandlerFunc, http.ServeMux, http.StripPrefix and so on, are plain code: all
// below them runs on the stack that they have.
//
// # What is not as in net/http
//
// All handlers share the hub's goroutine. What blocks that holds up all of them: a wait for a
// channel or a sync.Mutex, time.Sleep, a request by net/http's transport (package httpc has one for
// tasks). Put it into [hub.Block], or the handler into [OnGoroutine], as [http.TimeoutHandler] needs it.
//
// Requests and answers are the hub's. Other goroutines that a handler starts get errors that say
// so, but below OnGoroutine: they may write some 4 KiB that need not be sent, flush, and close the body.
// Contexts are for any goroutine. Several tasks may write one answer: they wait for each other.
//
// A panic of a handler is answered with 500, if nothing has been sent, and told to the hub's
// OnError. After runtime.Goexit the connection ends, as in net/http, but see [hub.Hub.Run].
// Nothing is logged: not that WriteHeader is superfluous, for example.
//
// An answer of up to 4 KiB that is not flushed has a Content-Length, in net/http up to 2 KiB. A
// Content-Length that is no number is left out. Handlers may always read while they write.
//
// [http.ServerContextKey] leads to an http.Server that describes this one, and serves nothing.
// The context's end is that of the handler, or of the client, as in net/http, but not that of
// [Server.ReadTimeout]. There are no ConnState and no HTTP/2.
//
// A body that is longer than [http.MaxBytesReader] allows ends the connection. By one of which
// nothing but the byte too many was left it is kept.
//
// Messages are parsed by net/http, and answers look like those of its server: Date,
// Content-Type, Content-Length and Transfer-Encoding are set as there, and HEAD, Expect,
// Connection and HTTP/1.0 are treated alike. What could be understood in two ways is refused,
// with what has no end: both Content-Length and Transfer-Encoding, Transfer-Encoding in HTTP/1.0,
// much in chunks that is no data, more than eight empty lines before a request, of which net/http
// allows some behind POST only: see RFC 9112, section 6.3 and 11.2. What can't be a request is
// answered with 400 as soon as that can be told, with the same words. A late header is answered
// with 408.
package httpd
