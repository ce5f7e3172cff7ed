package rewrite_test

import (
	"testing"

	"github.com/going-green/greenlet/internal/proof/golden"
)

// global is of a program that looks at the original's variable, which the fork or clone has left.
const global = "a variable of the package leads to a variable of the greenlet: that is the original's"

// notDurable says why a golden is left out, or goes on as clones.
var notDurable = map[string]string{
	"address_taken":                global,
	"assign_struct_element":        golden.Shared,
	"block_closure_fresh":          golden.Shared,
	"boxed_declarations":           golden.Shared,
	"closure_escapes":              global,
	"closure_recursive":            golden.Shared,
	"for_body_changes_variable":    golden.Shared,
	"for_closure_changes_variable": golden.Shared,
	"for_closure_in_condition":     golden.Shared,
	"goexit_defers":                golden.Shared,
	"goto_fresh_variable":          golden.Shared,
	"literal_kept":                 golden.Shared,
	"literal_per_iteration":        golden.Shared,
	"named_result_escape":          global,
	"plain_closure_captures_param": global,
	"range121":                     golden.Shared,
	"range_map_variables":          golden.Shared,
	"range_slice_copy":             golden.Shared,
	"rangefunc_body_keeps_values":  global,
	"rangefunc_misuse":             global,
	"recursion_of_each_kind":       golden.Shared,
	"switch_types":                 golden.Shared,
	"typeswitch_closure":           golden.Shared,
	"typeswitch_more":              golden.Shared,
	"var_zeroed_boxed":             golden.Shared,
}

// TestDurable runs the programs of testdata/rewrite as durable ones.
func TestDurable(t *testing.T) { golden.Durable(t, "../testdata/rewrite", notDurable) }
