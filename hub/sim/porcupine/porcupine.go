// Package porcupine has github.com/anishathalye/porcupine check the histories of package
// [github.com/going-green/greenlet/hub/sim], by one call:
//
//	return func() error { return porcupine.Check(history, model) }
//
// It is a module of its own, so that nobody else depends on that one.
package porcupine

import (
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/going-green/greenlet/hub/sim"
)

// Model is what the system is to be: see [porcupine.Model]. Its Step gets Input and Output of a
// [sim.Operation]. Of an operation that has not ended the Output is nil: then Step says how the
// state is if it takes place, and whether that is possible is not asked.
type Model = porcupine.Model

// NotLinearizable is the error of Check.
type NotLinearizable struct {
	History *sim.History

	model Model
	info  porcupine.LinearizationInfo
}

// Error has the history.
func (e *NotLinearizable) Error() string {
	return fmt.Sprintf("the history is not linearizable:\n%v", e.History)
}

// WritePage writes the page to a file that porcupine makes of what it has found: how far it got.
func (e *NotLinearizable) WritePage(file string) error {
	w, err := os.Create(file)
	if err != nil {
		return err
	}
	defer w.Close() // for what returns before
	if err := porcupine.Visualize(e.model, e.info, w); err != nil {
		return err
	}
	return w.Close()
}

// Check is a [*NotLinearizable] if the history can't be that of the model: if no order of the
// operations, in which each has its place between its start and its end, is one of the
// model's. One that has not ended may take place any time, or never. It takes as long as
// it takes, which is exponential at worst; a Partition of the model helps.
func Check(h *sim.History, m Model) error {
	model, step := m, m.StepContext
	if step == nil {
		step = func(_ context.Context, state, input, output any) (bool, any) { return m.Step(state, input, output) }
	}
	model.Step = nil
	model.StepContext = func(ctx context.Context, state, input, output any) (bool, any) {
		if output == (pending{}) {
			_, next := step(ctx, state, input, nil)
			return true, next
		}
		return step(ctx, state, input, output)
	}
	if describe := m.DescribeOperation; describe != nil {
		model.DescribeOperation = func(input, output any) string {
			if output == (pending{}) {
				output = nil
			}
			return describe(input, output)
		}
	}
	const never = time.Duration(0)
	result, info := porcupine.CheckOperationsVerbose(model, operations(h), never)
	if result == porcupine.Ok {
		return nil
	}
	return &NotLinearizable{h, model, info}
}

// pending is the output of an operation that has not ended. It takes place at the end of all
// time, unless it has been seen.
type pending struct{}

func operations(h *sim.History) (list []porcupine.Operation) {
	clients := map[string]int{}
	for _, o := range h.Operations() {
		client, ok := clients[o.Client]
		if !ok {
			client = len(clients)
			clients[o.Client] = client
		}
		op := porcupine.Operation{ClientId: client, Input: o.Input, Call: int64(o.Start), Output: o.Output, Return: int64(o.End)}
		if o.End == 0 {
			op.Output, op.Return = pending{}, math.MaxInt64
		}
		list = append(list, op)
	}
	return list
}
