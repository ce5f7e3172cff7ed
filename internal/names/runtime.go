package names

// RuntimePath is the import path of the runtime, which users call.
const RuntimePath = "github.com/going-green/greenlet/runtime"

// RuntimeName is the package name of the runtime.
const RuntimeName = "greenlet"

// GenPath is the import path of the package that only generated code calls, GenName its name.
const (
	GenPath = RuntimePath + "/gen"
	GenName = "gen"
)

// YieldsPath is the import path of the package that declares what frames say of what their
// functions hand out.
const YieldsPath = RuntimePath + "/internal/yields"

// users are the names that generated code has from the runtime; all others it has from
// package gen.
var users = map[string]bool{"Exit": true}

// Qualifier is the package, by path and name, from which generated code has a name of ours.
func Qualifier(name string) (path, pkg string) {
	if users[name] {
		return RuntimePath, RuntimeName
	}
	return GenPath, GenName
}

// IsRuntime reports whether path is that of the runtime, or of package gen. A package that
// imports neither has no companions.
func IsRuntime(path string) bool { return path == RuntimePath || path == GenPath }
