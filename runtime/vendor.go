//go:build greenlet_never

package greenlet

// go mod vendor and go mod tidy look at all files, whatever their constraints: who imports
// this package has package gen, too, when code that imports that is generated. No compiler
// sees the cycle.
import _ "github.com/going-green/greenlet/runtime/gen"
