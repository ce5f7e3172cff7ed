package explain

// SizeClass is what Go's allocator takes for an object of n bytes that has pointers,
// by the classes of the release that this program is built with, on a 64-bit machine.
func SizeClass(n Bytes) Bytes {
	const (
		largest = 32 << 10 // of the classes; above are whole pages
		header  = 8        // of an object with pointers above 512 bytes
		page    = 8 << 10
	)
	switch {
	case n == Unknown || n < 0:
		return Unknown
	case n > 512:
		n += header
	}
	if n > largest {
		return (n + page - 1) / page * page
	}
	// An append rounds up to a class, and tells it.
	return Bytes(cap(append([]byte(nil), make([]byte, n)...)))
}
