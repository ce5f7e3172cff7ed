package explain

import "io"

func HTML(w io.Writer, list []*Explanation) error { return nil }
