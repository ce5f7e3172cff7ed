//go:build !unix

package main

import "os"

// maxResident is unknown.
func maxResident(*os.ProcessState) int64 { return 0 }
