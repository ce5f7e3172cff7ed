// Package delve has the commands for greenlets that the debugger delve is given, as a script.
package delve

import _ "embed"

// Script is in Starlark, for delve's command source.
//
//go:embed greenlet.star
var Script []byte
