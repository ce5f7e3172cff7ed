// Package greenlet has the declarations of the runtime that the analyzer looks
// at, and no bodies worth speaking of.
package greenlet

import "iter"

type (
	Run         struct{}
	Status      uint8
	Header      struct{ PC uint32 }
	DeferHeader struct{ Header }
	Frame       interface{ Resume(r *Run) Status }
	Greenlet    struct{}
)

func New(run any, args ...any) *Greenlet                                { return nil }
func NewChild(parent *Greenlet, run any, args ...any) *Greenlet         { return nil }
func Current() *Greenlet                                                { return nil }
func Main() *Greenlet                                                   { return nil }
func (g *Greenlet) Switch(args ...any) any                              { return nil }
func (g *Greenlet) Throw(v any) any                                     { return nil }
func (g *Greenlet) Kill() any                                           { return nil }
func (g *Greenlet) Dead() bool                                          { return false }
func Switch[R, T any](to *Greenlet, v T) (r R)                          { return r }
func Yield[T any](v T)                                                  {}
func Exchange[R, T any](v T) (r R)                                      { return r }
func Call[F Frame](f F) F                                               { return f }
func Seq[T any](run YieldFrame[T]) iter.Seq[T]                          { return nil }
func SeqOf[T any](run any, args ...any) iter.Seq[T]                     { return nil }
func PullOf[T any](run any, args ...any) (func() (T, bool), func())     { return nil, nil }
func (g *Greenlet) SetParent(p *Greenlet)                               {}
func ExchangerOf[In, Out any](run any, args ...any) *Generator[In, Out] { return nil }

type YieldFrame[T any] interface {
	Frame
	yields(T)
}

type Generator[In, Out any] struct{}

func (x *Generator[In, Out]) Next() (v Out, ok bool)   { return }
func (x *Generator[In, Out]) Send(In) (v Out, ok bool) { return }

type Section struct{}

func OnStack(f func(Section)) {}
