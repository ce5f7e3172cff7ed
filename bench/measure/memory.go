package measure

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Resident is how many bytes the process has of the machine's memory, or -1 on a system
// that doesn't tell as Linux does.
func Resident() (int64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	var total, resident int64
	if _, err := fmt.Sscan(string(text), &total, &resident); err != nil {
		return 0, err
	}
	return resident * int64(os.Getpagesize()), nil
}
