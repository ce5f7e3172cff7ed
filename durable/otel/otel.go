// Package otel makes OpenTelemetry spans of durable tasks: of their starts, their steps, and the calls that they make by Do.
//
//	r := task.NewWith(h, store, task.Options{Tracer: otel.New(provider)})
//	…
//	err := r.StartWith(ctx, "o17", []task.StartOption{otel.From(ctx)}, order, item)
//
// A task may wait for days, and be another process's then. So it has no span of its own: its steps and calls are
// children of the span that has started it, which From puts into the task's attributes. Without that each is a trace of its own,
// found by the attribute durable.task.id. A call's span is in the context of its function, for what that calls.
package otel

import (
	"context"
	"errors"

	"github.com/going-green/greenlet/durable/task"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

//go:generate go tool greenlet

// Parent is the attribute of a task that has the span which started it, as the header of W3C's trace context.
const Parent = "traceparent"

// From has a task's spans be children of ctx's, if there is one.
func From(ctx context.Context) task.StartOption {
	header := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, header)
	return task.Attr(Parent, header[Parent])
}

// Of has a child's spans be where those of the task are that starts it.
func Of(t *task.Task) task.StartOption { return task.Attr(Parent, t.Attr(Parent)) }

// tracer is a [task.Tracer].
type tracer struct{ trace.Tracer }

// New makes a tracer for a runner's options.
func New(p trace.TracerProvider) task.Tracer {
	return tracer{p.Tracer("github.com/going-green/greenlet/durable/otel")}
}

// Attributes of spans.
const (
	taskID  = attribute.Key("durable.task.id")
	taskFn  = attribute.Key("durable.task.func")
	commits = attribute.Key("durable.task.commits")
	key     = attribute.Key("durable.call.key")
	attempt = attribute.Key("durable.call.attempt")
	waits   = attribute.Key("durable.waits")
)

// Begin is that of [task.Tracer].
func (t tracer) Begin(ctx context.Context, e task.Event) (context.Context, func(task.Event)) {
	name, kind := e.Kind+" "+e.Func, trace.SpanKindInternal
	list := []attribute.KeyValue{taskID.String(e.Task), taskFn.String(e.Func), commits.Int64(int64(e.Seq))}
	switch e.Kind {
	case "start":
		kind = trace.SpanKindProducer
	case "call":
		name = e.Note
		list = append(list, key.String(e.Key), attempt.Int(e.Attempt))
	}
	if parent := e.Attrs[Parent]; parent != "" && e.Kind != "start" {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{Parent: parent})
	}
	ctx, span := t.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(list...))
	return ctx, func(end task.Event) {
		err := end.Err
		switch end.Kind {
		case "parked":
			err = errors.New(end.Note)
		case "released", "commit":
			span.SetAttributes(waits.String(end.Note))
		case "done", "failed", "canceled", "fenced", "lost":
			span.AddEvent(end.Kind)
		}
		if err != nil {
			span.RecordError(err)
			span.SetStatus(codes.Error, err.Error())
		}
		span.End()
	}
}

// Event is that of [task.Tracer]: what is told in steps and calls is enough.
func (tracer) Event(task.Event) {}
