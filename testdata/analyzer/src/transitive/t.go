// Package transitive is plain, and hands on what is wrong with what it imports.
package transitive

import "olddep"

var F = olddep.F
