package explain

import (
	"encoding/json"
	"io"
)

// JSON writes the explanations as an array. Names of fields are those of the types in
// this package, in snake_case; every field is always there. Lists are never null; a
// number of bytes that is not known is.
func JSON(w io.Writer, list []*Explanation) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(list)
}
