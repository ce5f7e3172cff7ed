package gen

// Bodies of loops over iterator functions that hand out values of types without a name in
// the package of the loop. A function literal can't have such parameters. So the body finds the
// values in variables, whose types are inferred, and Body makes the function of it that the
// iterator wants.

// SeqValue is the zero value of what iterator functions of the type of its argument hand out.
func SeqValue[Y ~func(V) bool, V any](_ func(Y)) (v V) { return v }

// Seq2Key is the zero value of the first of two values that they hand out.
func Seq2Key[Y ~func(K, V) bool, K, V any](_ func(Y)) (k K) { return k }

// Seq2Value is the zero value of the second.
func Seq2Value[Y ~func(K, V) bool, K, V any](_ func(Y)) (v V) { return v }

// Body is a function for iterators like the first argument, which hand out one value: it puts
// that in v and calls body, a function value with a resumable form.
func Body[Y ~func(V) bool, V any](_ func(Y), v *V, body func() bool) Y {
	b := &body1[V]{v: v, body: body, form: Resumable(body).(resumableBody)}
	return Bind(&b.Closure, b, Y(func(x V) bool { *b.v = x; return b.body() }))
}

// Body2 is Body for iterators of two values.
func Body2[Y ~func(K, V) bool, K, V any](_ func(Y), k *K, v *V, body func() bool) Y {
	b := &body2[K, V]{k: k, v: v, body: body, form: Resumable(body).(resumableBody)}
	return Bind(&b.Closure, b, Y(func(x K, y V) bool { *b.k, *b.v = x, y; return b.body() }))
}

type resumableBody interface {
	CallResumable(*Run) (bool, Status)
}

type body1[V any] struct {
	Closure
	v    *V
	body func() bool
	form resumableBody
}

// CallResumable is the body for iterators that can be suspended.
func (b *body1[V]) CallResumable(r *Run, v V) (bool, Status) {
	*b.v = v
	return b.form.CallResumable(r)
}

type body2[K, V any] struct {
	Closure
	k    *K
	v    *V
	body func() bool
	form resumableBody
}

// CallResumable is the body for iterators that can be suspended.
func (b *body2[K, V]) CallResumable(r *Run, k K, v V) (bool, Status) {
	*b.k, *b.v = k, v
	return b.form.CallResumable(r)
}
