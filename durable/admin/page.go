package admin

import (
	"embed"
	"io/fs"
	"net/http"
)

// The page: what it shows comes from the API, and gets into it as text.

//go:embed page
var pageFiles embed.FS

// policy lets the page load what is served beside it only, and be in no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// servePage serves it below a mux's root.
func servePage(mux *http.ServeMux) {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the path is a constant
	}
	serve := http.FileServerFS(files)
	for _, path := range []string{"/{$}", "/page.js", "/page.css"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, req *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cache-Control", "no-cache")
			serve.ServeHTTP(w, req)
		})
	}
}
