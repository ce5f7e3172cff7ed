package watch

import (
	"fmt"
	"runtime"
	"strings"
)

// explain adds to the error of a limit what to do about it. It goes by the text:
// the numbers have no names on some systems.
func explain(err error) error {
	remedy := ""
	switch text := err.Error(); {
	case runtime.GOOS == "linux" && strings.Contains(text, "no space left on device"): // what inotify calls it
		remedy = "raise the number of directories that a user may watch: sudo sysctl fs.inotify.max_user_watches=524288"
	case runtime.GOOS == "linux" && strings.Contains(text, "too many open files"):
		remedy = "raise the number of programs that may watch for a user: sudo sysctl fs.inotify.max_user_instances=1024"
	case strings.Contains(text, "too many open files"): // each file that is watched is one
		remedy = "raise the number of files that a program may open: ulimit -n 10000"
	default:
		return err
	}
	return fmt.Errorf("the system's limit for watching is reached: %w\n\t%s\n\tor name fewer packages", err, remedy)
}
