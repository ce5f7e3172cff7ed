package rewrite_test

import (
	"testing"

	"github.com/going-green/greenlet/internal/proof/golden"
)

const exits = "says where a panic with Exit began, which only the stack of the section has known"

const plainly = "shows what plain code does that has no stack of its own"

// notOnStacks says why a golden is left out.
var notOnStacks = map[string]string{
	"literal_of_plain_run_names": "starts by value what only the generator makes known",
	"callers":                    "prints all calls down to the greenlet's first function, with those of the test here",
	"literal_plain_call":         plainly,
	"panic_on_one_line":          exits,
	"plain_current":              plainly,
	"plain_switch_to_running":    plainly,
	"result_below_plain":         plainly,
	"switch_moves_between_runs":  plainly,
	"switch_type_error_self":     exits,
	"names_gen_taken":            "starts by value what only the generator makes known",
	"rangefunc_plain_misuse":     "starts by value what only the generator makes known",
	"recursion_push":             "starts by value what only the generator makes known",
	"start_by_value":             "starts by value what only the generator makes known",
	"yields_of_calls":            "starts by value what only the generator makes known",
}

// notRowsOnStacks says why a test of the conformance suite is left out.
var notRowsOnStacks = map[string]string{
	"TestDumpAll":                          ownStack,
	"TestDumpAllLiteral":                   "starts by value what only the generator makes known",
	"TestEndedHoldsNothing":                "holds what the test's frames hold",
	"TestGC_test_cycle_in_suspended_frame": cyclic,
	"TestGreenlet_test_can_access_f_back_of_suspended_greenlet": ownStack,
	"TestGreenlet_test_frame":                                   ownStack,
	"TestGreenlet_test_get_stack_with_nested_c_calls":           ownStack,
	"TestStackOfResumedNested":                                  ownStack,
	"TestLeakStates":                                            cyclic,
	"TestLeaks_test_untracked_memory_doesnt_increase_unfinished_thread_dealloc_in_main": "counts what is unwound when it is dropped, which a goroutine does in its own time",
	"TestCrash":                  ownStack,
	"TestMatrix$/^below":         plainly,
	"TestPlain.*":                plainly,
	"TestPullSeqOfLiteral":       "pulls from a literal that only the generator makes known",
	"TestPullSeqAlone":           "has a goroutine for each greenlet",
	"TestPanicStackOfNested":     ownStack,
	"TestStackOfNested":          ownStack,
	"TestHookedLater":            ownStack,
	"TestPullAllocates":          "counts what generators allocate that are on no stack",
	"TestPanicStackPastDefer":    ownStack,
	"TestRepr_test_initial":      ownStack,
	"TestResultsBeforeTheReturn": ownStack,
	"TestStackOfDeferredSwitch":  ownStack,
}

const (
	ownStack = "shows functions by the names and calls that the test's frames have"
	cyclic   = "drops greenlets that their own stacks refer to: stacks are where the collector begins"
)

// TestRowsOnStacks runs the tests of Python's greenlet and the matrix of states on stacks.
func TestRowsOnStacks(t *testing.T) {
	golden.RowsOnStacks(t, "../generated/conformance", notRowsOnStacks,
		"opMain: 3, opNested: 3,", "opMain: 3, opNested: 0,", // plain code below a greenlet,
		`"caught state", "caught type"`, `"caught type"`, // and what only that meets
		`"greenlet caught state", "greenlet caught type"`, `"greenlet caught type"`,
	)
}

// TestOnStacks runs the programs of testdata/rewrite as they are written, on stacks.
func TestOnStacks(t *testing.T) { golden.OnStacks(t, "../testdata/rewrite", notOnStacks) }
