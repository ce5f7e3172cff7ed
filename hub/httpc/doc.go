// Package httpc is a client for HTTP/1.1 whose requests wait as tasks of a hub.
//
// A [Transport] is an [http.RoundTripper]. With [http.Client] above it there are redirects, cookies
// and timeouts. That is plain code, as most that uses it is, and runs on a stack of its own:
//
//	tr := httpc.New(h)
//	client := &http.Client{Transport: tr, Jar: jar, Timeout: time.Minute}
//	h.Go(greenlet.OnStack, func(greenlet.Section) {
//		resp, err := client.Get("https://example.com/")
//		…
//	})
//
// So a handler of package httpd can be an httputil.ReverseProxy with it. Annotated code calls
// [Transport.Do] and reads the body itself; that takes no stack:
//
//	//greenlet:resumable
//	func fetch(tr *httpc.Transport, r *http.Request) (int, error) {
//		resp, err := tr.Do(r)
//		if err != nil {
//			return 0, err
//		}
//		defer resp.Body.Close()
//		buf, n := make([]byte, 4096), 0
//		for {
//			m, err := resp.Body.Read(buf)
//			if n += m; err != nil {
//				return n, err
//			}
//		}
//	}
//
// A transport, its answers and their bodies are for the tasks of its hub, one at a time each.
//
// It does what net/http's transport does with HTTP/1.1: connections that are kept alive, TLS, proxies
// for http and by CONNECT, gzip, trailers, Expect: 100-continue, 1xx answers by
// [net/http/httptrace.ClientTrace], requests again that met a connection that the server closed,
// answers before a request's body has been sent, upgrades. Answers are parsed by net/http, and their
// bodies as strictly as those of requests are by package httpd.
//
// What is not as in net/http: a limit of 0 is none, there are no SOCKS proxies, no HTTP/2, no
// other events of httptrace, and http.Request.Cancel is not looked at, but its context is.
package httpc
