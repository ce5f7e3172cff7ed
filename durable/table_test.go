package durable

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A name tells one function, or the program does not begin.
func TestTwoFunctionsOfOneName(t *testing.T) {
	tables()
	const name = "example.com/a.b.F"
	tablesLock.Lock()
	defer tablesLock.Unlock()
	defer delete(byName, name)
	addFunction(&function{name: name, typ: reflect.TypeFor[int]()})
	defer delete(byFrame, reflect.TypeFor[int]())
	assert.PanicsWithValue(t, "durable: there are two functions called example.com/a.b.F, with frames int and string; give one of them, or its package, another name",
		func() { addFunction(&function{name: name, typ: reflect.TypeFor[string]()}) })
}
