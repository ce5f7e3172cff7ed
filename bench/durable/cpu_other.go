//go:build !unix

package main

import "time"

var began = time.Now()

// cpu is the time, where the system does not tell how long the process has run.
func cpu() time.Duration { return time.Since(began) }
