package gen

// What the frames of functions with results embed in place of a [Header], or of a [DeferHeader]
// if the function defers: one for each number of results that functions usually have. Of
// others the generator makes the methods.
//
// Returned hands the results to who made the call, whose callee the frame is, and gives the
// frame back. Send is that of [Frame].

// Returns is the Header of functions with one result.
type Returns[R0 any] struct {
	Header
	Ret0 R0
}

// Returned is the result.
func (f *Returns[R0]) Returned(r *Run) R0 {
	r0 := f.Ret0
	r.Callee().Release(r)
	return r0
}

// Send sends it to the parent.
func (f *Returns[R0]) Send(r *Run) Status { return Result(r, f.Ret0) }

// DeferReturns is the DeferHeader of functions with one result.
type DeferReturns[R0 any] struct {
	DeferHeader
	Ret0 R0
}

// Returned is the result.
func (f *DeferReturns[R0]) Returned(r *Run) R0 {
	r0 := f.Ret0
	r.Callee().Release(r)
	return r0
}

// Send sends it to the parent.
func (f *DeferReturns[R0]) Send(r *Run) Status { return Result(r, f.Ret0) }

// Returns2 is the Header of functions with two results.
type Returns2[R0, R1 any] struct {
	Header
	Ret0 R0
	Ret1 R1
}

// Returned is the results.
func (f *Returns2[R0, R1]) Returned(r *Run) (R0, R1) {
	r0, r1 := f.Ret0, f.Ret1
	r.Callee().Release(r)
	return r0, r1
}

// Send sends them to the parent.
func (f *Returns2[R0, R1]) Send(r *Run) Status { return Result[any](r, Values{f.Ret0, f.Ret1}) }

// DeferReturns2 is the DeferHeader of functions with two results.
type DeferReturns2[R0, R1 any] struct {
	DeferHeader
	Ret0 R0
	Ret1 R1
}

// Returned is the results.
func (f *DeferReturns2[R0, R1]) Returned(r *Run) (R0, R1) {
	r0, r1 := f.Ret0, f.Ret1
	r.Callee().Release(r)
	return r0, r1
}

// Send sends them to the parent.
func (f *DeferReturns2[R0, R1]) Send(r *Run) Status { return Result[any](r, Values{f.Ret0, f.Ret1}) }

// Returns3 is the Header of functions with three results.
type Returns3[R0, R1, R2 any] struct {
	Header
	Ret0 R0
	Ret1 R1
	Ret2 R2
}

// Returned is the results.
func (f *Returns3[R0, R1, R2]) Returned(r *Run) (R0, R1, R2) {
	r0, r1, r2 := f.Ret0, f.Ret1, f.Ret2
	r.Callee().Release(r)
	return r0, r1, r2
}

// Send sends them to the parent.
func (f *Returns3[R0, R1, R2]) Send(r *Run) Status {
	return Result[any](r, Values{f.Ret0, f.Ret1, f.Ret2})
}

// DeferReturns3 is the DeferHeader of functions with three results.
type DeferReturns3[R0, R1, R2 any] struct {
	DeferHeader
	Ret0 R0
	Ret1 R1
	Ret2 R2
}

// Returned is the results.
func (f *DeferReturns3[R0, R1, R2]) Returned(r *Run) (R0, R1, R2) {
	r0, r1, r2 := f.Ret0, f.Ret1, f.Ret2
	r.Callee().Release(r)
	return r0, r1, r2
}

// Send sends them to the parent.
func (f *DeferReturns3[R0, R1, R2]) Send(r *Run) Status {
	return Result[any](r, Values{f.Ret0, f.Ret1, f.Ret2})
}

// Returns4 is the Header of functions with four results.
type Returns4[R0, R1, R2, R3 any] struct {
	Header
	Ret0 R0
	Ret1 R1
	Ret2 R2
	Ret3 R3
}

// Returned is the results.
func (f *Returns4[R0, R1, R2, R3]) Returned(r *Run) (R0, R1, R2, R3) {
	r0, r1, r2, r3 := f.Ret0, f.Ret1, f.Ret2, f.Ret3
	r.Callee().Release(r)
	return r0, r1, r2, r3
}

// Send sends them to the parent.
func (f *Returns4[R0, R1, R2, R3]) Send(r *Run) Status {
	return Result[any](r, Values{f.Ret0, f.Ret1, f.Ret2, f.Ret3})
}

// DeferReturns4 is the DeferHeader of functions with four results.
type DeferReturns4[R0, R1, R2, R3 any] struct {
	DeferHeader
	Ret0 R0
	Ret1 R1
	Ret2 R2
	Ret3 R3
}

// Returned is the results.
func (f *DeferReturns4[R0, R1, R2, R3]) Returned(r *Run) (R0, R1, R2, R3) {
	r0, r1, r2, r3 := f.Ret0, f.Ret1, f.Ret2, f.Ret3
	r.Callee().Release(r)
	return r0, r1, r2, r3
}

// Send sends them to the parent.
func (f *DeferReturns4[R0, R1, R2, R3]) Send(r *Run) Status {
	return Result[any](r, Values{f.Ret0, f.Ret1, f.Ret2, f.Ret3})
}
