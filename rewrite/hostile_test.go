package rewrite_test

import (
	"testing"

	"github.com/going-green/greenlet/internal/proof/golden"
)

const (
	unreturned = "prints the results of a call that has not returned, which are undefined"
	stopped    = "drops a greenlet that pulls from a plain iterator, which ends when the collector has found out, and prints that"
	unwound    = "leaves a section, which is unwound when it is dropped, by a goroutine in its own time"
	line       = "prints the line of deferred calls: those of a panic are at the closing brace, too, where Go has the panic's"
	pulls      = "pulls from greenlets where the oracle has an iter.Pull, which switches nowhere"
	waiting    = "leaves a goroutine of its own, which waits for the greenlet to receive"
)

// notHostile says why a golden, or an action, is left out.
var notHostile = map[string]string{
	"callers":                           line,
	"defer_address_and_arrays kill":     unreturned,
	"defer_call_frame drop":             unreturned,
	"defer_call_frame kill":             unreturned,
	"defer_call_frame stop":             unreturned,
	"defer_call_frame throw":            unreturned,
	"defer_conditional kill":            unreturned,
	"defer_suspends kill":               unreturned,
	"go_statement drop":                 waiting,
	"go_statement kill":                 waiting,
	"go_statement stop":                 waiting,
	"go_statement throw":                waiting,
	"exit_status":                       "ends the process, so that nothing can be done afterwards",
	"line_of_deferred_call":             line,
	"literal_of_package_variable drop":  unwound,
	"literal_of_package_variable throw": unwound,
	"literal_of_plain_run drop":         unwound,
	"literal_of_plain_run throw":        unwound,
	"literal_of_plain_run_names drop":   unwound,
	"literal_of_plain_run_names throw":  unwound,
	"on_stack drop":                     unwound,
	"on_stack throw":                    unwound,
	"order_send_channel":                "ends in a deadlock, which ends the process",
	"package_redeclares":                "declares names anew that the driver's code uses",
	"package_var_init":                  "has the compiler make its frame, which is not on the heap",
	"parent_results resume":             "has the last panic name a greenlet, which PanicStack keeps until the next one",
	"pull_push":                         pulls,
	"rangefunc_plain drop":              stopped,
	"rangefunc_plain_misuse drop":       stopped,
	"rangefunc_plain_misuse kill":       stopped,
	"rangefunc_plain_misuse stop":       stopped,
	"rangefunc_plain_misuse throw":      stopped,
	"rangefunc_plain throw":             stopped,
	"range_map_insert":                  "switches as often as the map's order makes it",
	"unsafe_uintptr_kept":               "has the collector note what it frees in a variable, which is forgotten between two runs",
	"values_of_plain_code":              pulls,
	"recursion_push":                    pulls,
	"yield_answer":                      pulls,
}

// TestHostile interferes with the programs of testdata/rewrite: they are
// stopped, killed, thrown into, resumed after their end, and dropped, at each of
// their first switches. All of them are run by
//
//	go test ./rewrite -run Hostile -hostile-part=1 -timeout=1h
func TestHostile(t *testing.T) { golden.Hostile(t, "../testdata/rewrite", notHostile) }
