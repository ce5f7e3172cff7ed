package gen

import "unsafe"

// The forms of methods: see forms.go.

type method00[T any, F Frame] struct {
	recv  T
	call  func(T, *Run) Status
	frame func(T) F
}

func (m *method00[T, F]) CallResumable(r *Run) Status { return m.call(m.recv, r) }

func (m *method00[T, F]) Frame() Frame {
	return m.frame(m.recv)
}

// Method00 is [RegisterMethod] of a method.
func Method00[T any, F Frame](fn func(), call func(T, *Run) Status, frame func(T) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method00[T, F]{*(*T)(recv), call, frame} })
}

type method01[T, R0 any, F Frame] struct {
	recv  T
	call  func(T, *Run) (R0, Status)
	frame func(T) F
}

func (m *method01[T, R0, F]) CallResumable(r *Run) (R0, Status) { return m.call(m.recv, r) }

func (m *method01[T, R0, F]) Frame() Frame {
	return m.frame(m.recv)
}

// Method01 is [RegisterMethod] of a method.
func Method01[T, R0 any, F Frame](fn func() R0, call func(T, *Run) (R0, Status), frame func(T) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method01[T, R0, F]{*(*T)(recv), call, frame} })
}

type method02[T, R0, R1 any, F Frame] struct {
	recv  T
	call  func(T, *Run) (R0, R1, Status)
	frame func(T) F
}

func (m *method02[T, R0, R1, F]) CallResumable(r *Run) (R0, R1, Status) { return m.call(m.recv, r) }

func (m *method02[T, R0, R1, F]) Frame() Frame {
	return m.frame(m.recv)
}

// Method02 is [RegisterMethod] of a method.
func Method02[T, R0, R1 any, F Frame](fn func() (R0, R1), call func(T, *Run) (R0, R1, Status), frame func(T) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method02[T, R0, R1, F]{*(*T)(recv), call, frame} })
}

type method10[T, P0 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0) Status
	frame func(T, P0) F
}

func (m *method10[T, P0, F]) CallResumable(r *Run, p0 P0) Status { return m.call(m.recv, r, p0) }

func (m *method10[T, P0, F]) Frame() Frame {
	var p0 P0
	return m.frame(m.recv, p0)
}

// Method10 is [RegisterMethod] of a method.
func Method10[T, P0 any, F Frame](fn func(P0), call func(T, *Run, P0) Status, frame func(T, P0) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method10[T, P0, F]{*(*T)(recv), call, frame} })
}

type method11[T, P0, R0 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0) (R0, Status)
	frame func(T, P0) F
}

func (m *method11[T, P0, R0, F]) CallResumable(r *Run, p0 P0) (R0, Status) {
	return m.call(m.recv, r, p0)
}

func (m *method11[T, P0, R0, F]) Frame() Frame {
	var p0 P0
	return m.frame(m.recv, p0)
}

// Method11 is [RegisterMethod] of a method.
func Method11[T, P0, R0 any, F Frame](fn func(P0) R0, call func(T, *Run, P0) (R0, Status), frame func(T, P0) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method11[T, P0, R0, F]{*(*T)(recv), call, frame} })
}

type method12[T, P0, R0, R1 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0) (R0, R1, Status)
	frame func(T, P0) F
}

func (m *method12[T, P0, R0, R1, F]) CallResumable(r *Run, p0 P0) (R0, R1, Status) {
	return m.call(m.recv, r, p0)
}

func (m *method12[T, P0, R0, R1, F]) Frame() Frame {
	var p0 P0
	return m.frame(m.recv, p0)
}

// Method12 is [RegisterMethod] of a method.
func Method12[T, P0, R0, R1 any, F Frame](fn func(P0) (R0, R1), call func(T, *Run, P0) (R0, R1, Status), frame func(T, P0) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method12[T, P0, R0, R1, F]{*(*T)(recv), call, frame} })
}

type method20[T, P0, P1 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1) Status
	frame func(T, P0, P1) F
}

func (m *method20[T, P0, P1, F]) CallResumable(r *Run, p0 P0, p1 P1) Status {
	return m.call(m.recv, r, p0, p1)
}

func (m *method20[T, P0, P1, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	return m.frame(m.recv, p0, p1)
}

// Method20 is [RegisterMethod] of a method.
func Method20[T, P0, P1 any, F Frame](fn func(P0, P1), call func(T, *Run, P0, P1) Status, frame func(T, P0, P1) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method20[T, P0, P1, F]{*(*T)(recv), call, frame} })
}

type method21[T, P0, P1, R0 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1) (R0, Status)
	frame func(T, P0, P1) F
}

func (m *method21[T, P0, P1, R0, F]) CallResumable(r *Run, p0 P0, p1 P1) (R0, Status) {
	return m.call(m.recv, r, p0, p1)
}

func (m *method21[T, P0, P1, R0, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	return m.frame(m.recv, p0, p1)
}

// Method21 is [RegisterMethod] of a method.
func Method21[T, P0, P1, R0 any, F Frame](fn func(P0, P1) R0, call func(T, *Run, P0, P1) (R0, Status), frame func(T, P0, P1) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method21[T, P0, P1, R0, F]{*(*T)(recv), call, frame} })
}

type method22[T, P0, P1, R0, R1 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1) (R0, R1, Status)
	frame func(T, P0, P1) F
}

func (m *method22[T, P0, P1, R0, R1, F]) CallResumable(r *Run, p0 P0, p1 P1) (R0, R1, Status) {
	return m.call(m.recv, r, p0, p1)
}

func (m *method22[T, P0, P1, R0, R1, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	return m.frame(m.recv, p0, p1)
}

// Method22 is [RegisterMethod] of a method.
func Method22[T, P0, P1, R0, R1 any, F Frame](fn func(P0, P1) (R0, R1), call func(T, *Run, P0, P1) (R0, R1, Status), frame func(T, P0, P1) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method22[T, P0, P1, R0, R1, F]{*(*T)(recv), call, frame} })
}

type method30[T, P0, P1, P2 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1, P2) Status
	frame func(T, P0, P1, P2) F
}

func (m *method30[T, P0, P1, P2, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) Status {
	return m.call(m.recv, r, p0, p1, p2)
}

func (m *method30[T, P0, P1, P2, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	return m.frame(m.recv, p0, p1, p2)
}

// Method30 is [RegisterMethod] of a method.
func Method30[T, P0, P1, P2 any, F Frame](fn func(P0, P1, P2), call func(T, *Run, P0, P1, P2) Status, frame func(T, P0, P1, P2) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method30[T, P0, P1, P2, F]{*(*T)(recv), call, frame} })
}

type method31[T, P0, P1, P2, R0 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1, P2) (R0, Status)
	frame func(T, P0, P1, P2) F
}

func (m *method31[T, P0, P1, P2, R0, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) (R0, Status) {
	return m.call(m.recv, r, p0, p1, p2)
}

func (m *method31[T, P0, P1, P2, R0, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	return m.frame(m.recv, p0, p1, p2)
}

// Method31 is [RegisterMethod] of a method.
func Method31[T, P0, P1, P2, R0 any, F Frame](fn func(P0, P1, P2) R0, call func(T, *Run, P0, P1, P2) (R0, Status), frame func(T, P0, P1, P2) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method31[T, P0, P1, P2, R0, F]{*(*T)(recv), call, frame} })
}

type method32[T, P0, P1, P2, R0, R1 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1, P2) (R0, R1, Status)
	frame func(T, P0, P1, P2) F
}

func (m *method32[T, P0, P1, P2, R0, R1, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) (R0, R1, Status) {
	return m.call(m.recv, r, p0, p1, p2)
}

func (m *method32[T, P0, P1, P2, R0, R1, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	return m.frame(m.recv, p0, p1, p2)
}

// Method32 is [RegisterMethod] of a method.
func Method32[T, P0, P1, P2, R0, R1 any, F Frame](fn func(P0, P1, P2) (R0, R1), call func(T, *Run, P0, P1, P2) (R0, R1, Status), frame func(T, P0, P1, P2) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method32[T, P0, P1, P2, R0, R1, F]{*(*T)(recv), call, frame} })
}

type method40[T, P0, P1, P2, P3 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1, P2, P3) Status
	frame func(T, P0, P1, P2, P3) F
}

func (m *method40[T, P0, P1, P2, P3, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2, p3 P3) Status {
	return m.call(m.recv, r, p0, p1, p2, p3)
}

func (m *method40[T, P0, P1, P2, P3, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	var p3 P3
	return m.frame(m.recv, p0, p1, p2, p3)
}

// Method40 is [RegisterMethod] of a method.
func Method40[T, P0, P1, P2, P3 any, F Frame](fn func(P0, P1, P2, P3), call func(T, *Run, P0, P1, P2, P3) Status, frame func(T, P0, P1, P2, P3) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method40[T, P0, P1, P2, P3, F]{*(*T)(recv), call, frame} })
}

type method41[T, P0, P1, P2, P3, R0 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1, P2, P3) (R0, Status)
	frame func(T, P0, P1, P2, P3) F
}

func (m *method41[T, P0, P1, P2, P3, R0, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2, p3 P3) (R0, Status) {
	return m.call(m.recv, r, p0, p1, p2, p3)
}

func (m *method41[T, P0, P1, P2, P3, R0, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	var p3 P3
	return m.frame(m.recv, p0, p1, p2, p3)
}

// Method41 is [RegisterMethod] of a method.
func Method41[T, P0, P1, P2, P3, R0 any, F Frame](fn func(P0, P1, P2, P3) R0, call func(T, *Run, P0, P1, P2, P3) (R0, Status), frame func(T, P0, P1, P2, P3) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any { return &method41[T, P0, P1, P2, P3, R0, F]{*(*T)(recv), call, frame} })
}

type method42[T, P0, P1, P2, P3, R0, R1 any, F Frame] struct {
	recv  T
	call  func(T, *Run, P0, P1, P2, P3) (R0, R1, Status)
	frame func(T, P0, P1, P2, P3) F
}

func (m *method42[T, P0, P1, P2, P3, R0, R1, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2, p3 P3) (R0, R1, Status) {
	return m.call(m.recv, r, p0, p1, p2, p3)
}

func (m *method42[T, P0, P1, P2, P3, R0, R1, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	var p3 P3
	return m.frame(m.recv, p0, p1, p2, p3)
}

// Method42 is [RegisterMethod] of a method.
func Method42[T, P0, P1, P2, P3, R0, R1 any, F Frame](fn func(P0, P1, P2, P3) (R0, R1), call func(T, *Run, P0, P1, P2, P3) (R0, R1, Status), frame func(T, P0, P1, P2, P3) F) struct{} {
	return registerMethod(fn, func(recv unsafe.Pointer) any {
		return &method42[T, P0, P1, P2, P3, R0, R1, F]{*(*T)(recv), call, frame}
	})
}
