module github.com/going-green/greenlet/examples/rewritten

go 1.26.0

require github.com/going-green/greenlet v0.0.0

require (
	github.com/dave/jennifer v1.7.1 // indirect
	github.com/fsnotify/fsnotify v1.10.1 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
)

replace github.com/going-green/greenlet => ../..

tool github.com/going-green/greenlet/cmd/greenlet
