package gen

// Registrations of functions and methods with the numbers of parameters and results that they
// usually have; for others the generator declares a type. Function21 is that of functions with
// two parameters and one result: fn is the function, call its companion, frame its constructor.
// What they register has the method CallResumable, and Frame for those who start it. Of
// Method21, fn is a method value of any receiver, and the others are method expressions.
//
// They say as well that function, companion and constructor have the same signature: where the
// source has another one now, what was generated before does not compile.

type function00[F Frame] struct {
	call  func(*Run) Status
	frame func() F
}

func (f *function00[F]) CallResumable(r *Run) Status { return f.call(r) }

func (f *function00[F]) Frame() Frame {
	return f.frame()
}

// Function00 is [Register] of a function.
func Function00[F Frame](fn func(), call func(*Run) Status, frame func() F) struct{} {
	return Register(fn, &function00[F]{call, frame})
}

type function01[R0 any, F Frame] struct {
	call  func(*Run) (R0, Status)
	frame func() F
}

func (f *function01[R0, F]) CallResumable(r *Run) (R0, Status) { return f.call(r) }

func (f *function01[R0, F]) Frame() Frame {
	return f.frame()
}

// Function01 is [Register] of a function.
func Function01[R0 any, F Frame](fn func() R0, call func(*Run) (R0, Status), frame func() F) struct{} {
	return Register(fn, &function01[R0, F]{call, frame})
}

type function02[R0, R1 any, F Frame] struct {
	call  func(*Run) (R0, R1, Status)
	frame func() F
}

func (f *function02[R0, R1, F]) CallResumable(r *Run) (R0, R1, Status) { return f.call(r) }

func (f *function02[R0, R1, F]) Frame() Frame {
	return f.frame()
}

// Function02 is [Register] of a function.
func Function02[R0, R1 any, F Frame](fn func() (R0, R1), call func(*Run) (R0, R1, Status), frame func() F) struct{} {
	return Register(fn, &function02[R0, R1, F]{call, frame})
}

type function10[P0 any, F Frame] struct {
	call  func(*Run, P0) Status
	frame func(P0) F
}

func (f *function10[P0, F]) CallResumable(r *Run, p0 P0) Status { return f.call(r, p0) }

func (f *function10[P0, F]) Frame() Frame {
	var p0 P0
	return f.frame(p0)
}

// Function10 is [Register] of a function.
func Function10[P0 any, F Frame](fn func(P0), call func(*Run, P0) Status, frame func(P0) F) struct{} {
	return Register(fn, &function10[P0, F]{call, frame})
}

type function11[P0, R0 any, F Frame] struct {
	call  func(*Run, P0) (R0, Status)
	frame func(P0) F
}

func (f *function11[P0, R0, F]) CallResumable(r *Run, p0 P0) (R0, Status) { return f.call(r, p0) }

func (f *function11[P0, R0, F]) Frame() Frame {
	var p0 P0
	return f.frame(p0)
}

// Function11 is [Register] of a function.
func Function11[P0, R0 any, F Frame](fn func(P0) R0, call func(*Run, P0) (R0, Status), frame func(P0) F) struct{} {
	return Register(fn, &function11[P0, R0, F]{call, frame})
}

type function12[P0, R0, R1 any, F Frame] struct {
	call  func(*Run, P0) (R0, R1, Status)
	frame func(P0) F
}

func (f *function12[P0, R0, R1, F]) CallResumable(r *Run, p0 P0) (R0, R1, Status) {
	return f.call(r, p0)
}

func (f *function12[P0, R0, R1, F]) Frame() Frame {
	var p0 P0
	return f.frame(p0)
}

// Function12 is [Register] of a function.
func Function12[P0, R0, R1 any, F Frame](fn func(P0) (R0, R1), call func(*Run, P0) (R0, R1, Status), frame func(P0) F) struct{} {
	return Register(fn, &function12[P0, R0, R1, F]{call, frame})
}

type function20[P0, P1 any, F Frame] struct {
	call  func(*Run, P0, P1) Status
	frame func(P0, P1) F
}

func (f *function20[P0, P1, F]) CallResumable(r *Run, p0 P0, p1 P1) Status { return f.call(r, p0, p1) }

func (f *function20[P0, P1, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	return f.frame(p0, p1)
}

// Function20 is [Register] of a function.
func Function20[P0, P1 any, F Frame](fn func(P0, P1), call func(*Run, P0, P1) Status, frame func(P0, P1) F) struct{} {
	return Register(fn, &function20[P0, P1, F]{call, frame})
}

type function21[P0, P1, R0 any, F Frame] struct {
	call  func(*Run, P0, P1) (R0, Status)
	frame func(P0, P1) F
}

func (f *function21[P0, P1, R0, F]) CallResumable(r *Run, p0 P0, p1 P1) (R0, Status) {
	return f.call(r, p0, p1)
}

func (f *function21[P0, P1, R0, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	return f.frame(p0, p1)
}

// Function21 is [Register] of a function.
func Function21[P0, P1, R0 any, F Frame](fn func(P0, P1) R0, call func(*Run, P0, P1) (R0, Status), frame func(P0, P1) F) struct{} {
	return Register(fn, &function21[P0, P1, R0, F]{call, frame})
}

type function22[P0, P1, R0, R1 any, F Frame] struct {
	call  func(*Run, P0, P1) (R0, R1, Status)
	frame func(P0, P1) F
}

func (f *function22[P0, P1, R0, R1, F]) CallResumable(r *Run, p0 P0, p1 P1) (R0, R1, Status) {
	return f.call(r, p0, p1)
}

func (f *function22[P0, P1, R0, R1, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	return f.frame(p0, p1)
}

// Function22 is [Register] of a function.
func Function22[P0, P1, R0, R1 any, F Frame](fn func(P0, P1) (R0, R1), call func(*Run, P0, P1) (R0, R1, Status), frame func(P0, P1) F) struct{} {
	return Register(fn, &function22[P0, P1, R0, R1, F]{call, frame})
}

type function30[P0, P1, P2 any, F Frame] struct {
	call  func(*Run, P0, P1, P2) Status
	frame func(P0, P1, P2) F
}

func (f *function30[P0, P1, P2, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) Status {
	return f.call(r, p0, p1, p2)
}

func (f *function30[P0, P1, P2, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	return f.frame(p0, p1, p2)
}

// Function30 is [Register] of a function.
func Function30[P0, P1, P2 any, F Frame](fn func(P0, P1, P2), call func(*Run, P0, P1, P2) Status, frame func(P0, P1, P2) F) struct{} {
	return Register(fn, &function30[P0, P1, P2, F]{call, frame})
}

type function31[P0, P1, P2, R0 any, F Frame] struct {
	call  func(*Run, P0, P1, P2) (R0, Status)
	frame func(P0, P1, P2) F
}

func (f *function31[P0, P1, P2, R0, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) (R0, Status) {
	return f.call(r, p0, p1, p2)
}

func (f *function31[P0, P1, P2, R0, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	return f.frame(p0, p1, p2)
}

// Function31 is [Register] of a function.
func Function31[P0, P1, P2, R0 any, F Frame](fn func(P0, P1, P2) R0, call func(*Run, P0, P1, P2) (R0, Status), frame func(P0, P1, P2) F) struct{} {
	return Register(fn, &function31[P0, P1, P2, R0, F]{call, frame})
}

type function32[P0, P1, P2, R0, R1 any, F Frame] struct {
	call  func(*Run, P0, P1, P2) (R0, R1, Status)
	frame func(P0, P1, P2) F
}

func (f *function32[P0, P1, P2, R0, R1, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) (R0, R1, Status) {
	return f.call(r, p0, p1, p2)
}

func (f *function32[P0, P1, P2, R0, R1, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	return f.frame(p0, p1, p2)
}

// Function32 is [Register] of a function.
func Function32[P0, P1, P2, R0, R1 any, F Frame](fn func(P0, P1, P2) (R0, R1), call func(*Run, P0, P1, P2) (R0, R1, Status), frame func(P0, P1, P2) F) struct{} {
	return Register(fn, &function32[P0, P1, P2, R0, R1, F]{call, frame})
}

type function40[P0, P1, P2, P3 any, F Frame] struct {
	call  func(*Run, P0, P1, P2, P3) Status
	frame func(P0, P1, P2, P3) F
}

func (f *function40[P0, P1, P2, P3, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2, p3 P3) Status {
	return f.call(r, p0, p1, p2, p3)
}

func (f *function40[P0, P1, P2, P3, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	var p3 P3
	return f.frame(p0, p1, p2, p3)
}

// Function40 is [Register] of a function.
func Function40[P0, P1, P2, P3 any, F Frame](fn func(P0, P1, P2, P3), call func(*Run, P0, P1, P2, P3) Status, frame func(P0, P1, P2, P3) F) struct{} {
	return Register(fn, &function40[P0, P1, P2, P3, F]{call, frame})
}

type function41[P0, P1, P2, P3, R0 any, F Frame] struct {
	call  func(*Run, P0, P1, P2, P3) (R0, Status)
	frame func(P0, P1, P2, P3) F
}

func (f *function41[P0, P1, P2, P3, R0, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2, p3 P3) (R0, Status) {
	return f.call(r, p0, p1, p2, p3)
}

func (f *function41[P0, P1, P2, P3, R0, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	var p3 P3
	return f.frame(p0, p1, p2, p3)
}

// Function41 is [Register] of a function.
func Function41[P0, P1, P2, P3, R0 any, F Frame](fn func(P0, P1, P2, P3) R0, call func(*Run, P0, P1, P2, P3) (R0, Status), frame func(P0, P1, P2, P3) F) struct{} {
	return Register(fn, &function41[P0, P1, P2, P3, R0, F]{call, frame})
}

type function42[P0, P1, P2, P3, R0, R1 any, F Frame] struct {
	call  func(*Run, P0, P1, P2, P3) (R0, R1, Status)
	frame func(P0, P1, P2, P3) F
}

func (f *function42[P0, P1, P2, P3, R0, R1, F]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2, p3 P3) (R0, R1, Status) {
	return f.call(r, p0, p1, p2, p3)
}

func (f *function42[P0, P1, P2, P3, R0, R1, F]) Frame() Frame {
	var p0 P0
	var p1 P1
	var p2 P2
	var p3 P3
	return f.frame(p0, p1, p2, p3)
}

// Function42 is [Register] of a function.
func Function42[P0, P1, P2, P3, R0, R1 any, F Frame](fn func(P0, P1, P2, P3) (R0, R1), call func(*Run, P0, P1, P2, P3) (R0, R1, Status), frame func(P0, P1, P2, P3) F) struct{} {
	return Register(fn, &function42[P0, P1, P2, P3, R0, R1, F]{call, frame})
}
