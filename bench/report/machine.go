package report

import (
	"bufio"
	"os"
	"runtime"
	"strings"
)

// ThisMachine asks the system what it knows. Where it is not Linux, some of that
// stays empty.
func ThisMachine() Machine {
	m := Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()}
	m.CPU = field("/proc/cpuinfo", "model name")
	if kB, ok := strings.CutSuffix(field("/proc/meminfo", "MemTotal"), " kB"); ok {
		for _, digit := range kB {
			m.Memory = m.Memory*10 + int64(digit-'0')
		}
		m.Memory <<= 10
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		if f := strings.Fields(string(text)); len(f) >= 3 {
			m.Load = strings.Join(f[:3], " ")
		}
	}
	return m
}

// field is the value of a name in a file of lines "name: value", or nothing.
func field(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if k, v, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
