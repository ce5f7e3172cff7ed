package otel_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/otel"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var provider *sdk.TracerProvider

// tries fails at first. What it does itself is a span below that of the call.
func tries(ctx context.Context, fail bool) (string, error) {
	_, span := provider.Tracer("test").Start(ctx, "inner")
	span.End()
	if fail {
		return "", errors.New("nobody is there")
	}
	return task.Key(ctx), nil
}

//greenlet:resumable durable
func order(t *task.Task, n int) (string, error) {
	if _, err := task.Do(t, tries, true); err == nil {
		return "", errors.New("it has not failed")
	}
	t.Sleep(time.Hour)
	return task.Go(t, t.ID()+"/child", child, n, otel.Of(t)).Join(t)
}

//greenlet:resumable durable
func child(t *task.Task, n int) (string, error) { return task.Do(t, tries, false) }

//greenlet:resumable
func shop(r *task.Runner, ctx context.Context) (string, error) {
	defer r.Close()
	if err := r.StartWith(ctx, "o", []task.StartOption{otel.From(ctx)}, order, 1); err != nil {
		return "", err
	}
	return task.Result[string](ctx, r, "o")
}

// All that becomes of an order is below the span of the request that has started it.
func TestSpans(t *testing.T) {
	recorder := tracetest.NewInMemoryExporter()
	provider = sdk.NewTracerProvider(sdk.WithSyncer(recorder))
	h := hub.NewSimulated(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	r := task.NewWith(h, memory.New(h), task.Options{Tracer: otel.New(provider)})
	ctx, request := provider.Tracer("test").Start(context.Background(), "request")
	f := newShopFrame(r, ctx)
	h.Go(f)
	require.NoError(t, h.Run(t.Context()))
	got, err := f.Results()
	require.NoError(t, err)
	assert.Equal(t, "o/child/1", got)
	request.End()

	spans := recorder.GetSpans()
	var names []string
	ids := map[trace.SpanID]tracetest.SpanStub{}
	for _, s := range spans {
		names = append(names, s.Name)
		ids[s.SpanContext.SpanID()] = s
		assert.Equal(t, request.SpanContext().TraceID(), s.SpanContext.TraceID(), s.Name)
	}
	const of = "github.com/going-green/greenlet/durable/otel_test."
	assert.Equal(t, []string{
		"start " + of + "order", "step " + of + "order", "inner", "otel_test.tries", "step " + of + "order", "step " + of + "order",
		"step " + of + "child", "inner", "otel_test.tries", "step " + of + "child", "step " + of + "order", "request",
	}, names)
	call := spans[3]
	assert.Equal(t, request.SpanContext().SpanID(), call.Parent.SpanID())
	assert.Equal(t, call.SpanContext.SpanID(), spans[2].Parent.SpanID(), "the call's span is in its function's context")
	assert.Equal(t, codes.Error, call.Status.Code)
	assert.Equal(t, "nobody is there", call.Status.Description)
	assert.Contains(t, call.Attributes, attribute.String("durable.call.key", "o/1"))
	assert.Contains(t, call.Attributes, attribute.Int("durable.call.attempt", 1))
	assert.Contains(t, call.Attributes, attribute.String("durable.task.id", "o"))
	assert.Equal(t, codes.Unset, spans[8].Status.Code)
}
