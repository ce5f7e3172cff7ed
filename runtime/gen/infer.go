package gen

// What generated code needs for variables whose type has no name in its
// package: p := dep.New(), where New returns a *dep.hidden. It declares them by
// :=, with an expression of their type that has no effect, made of these.
// None of them looks at its arguments but for their types.

// Zero is the zero value of T.
func Zero[T any]() (v T) { return v }

// ZeroLike is the zero value of the type of its argument.
func ZeroLike[T any](_ T) (v T) { return v }

// PointerLike is a nil pointer to the type of its argument.
func PointerLike[T any](_ T) (p *T) { return p }

// SliceLike is a nil slice with elements of the type of its argument.
func SliceLike[T any](_ T) (s []T) { return s }

// IterLike is a nil iterator over maps of the type of its argument.
func IterLike[M ~map[K]V, K comparable, V any](_ M) (it *MapIter[K, V]) { return it }

// Pointee is the zero value of what pointers of the type of its argument
// point to.
func Pointee[P ~*T, T any](_ P) (v T) { return v }

// Elem is the zero value of an element of slices of the type of its argument.
func Elem[S ~[]E, E any](_ S) (v E) { return v }

// MapKey is the zero value of a key of maps of the type of its argument.
func MapKey[M ~map[K]V, K comparable, V any](_ M) (k K) { return k }

// MapValue is the zero value of a value of maps of the type of its argument.
func MapValue[M ~map[K]V, K comparable, V any](_ M) (v V) { return v }

// ChanElem is the zero value of what channels of the type of its argument
// carry.
func ChanElem[E any](_ <-chan E) (v E) { return v }

// NewLike is a new variable of the type that p points to.
func NewLike[T any](_ *T) *T { return new(T) }

// Load is v, which was a T when it was put into a field of type any.
func Load[T any](v any, _ T) (t T) {
	if v != nil { // else T is an interface type
		t = v.(T)
	}
	return t
}
