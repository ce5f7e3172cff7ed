package poison

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFill(t *testing.T) {
	type node struct {
		Next *node
		List []node
	}
	var all struct {
		Bool    bool
		Int8    int8
		Int     int
		Uint16  uint16
		Uintptr uintptr
		Float   float32
		Complex complex64
		String  string
		Array   [2]string
		Node    node
		Slice   []int
		Map     map[string]bool
		Send    chan<- int
		Func    func(int) error
		Any     any
		Error   error
	}
	Fill(&all)
	v := reflect.ValueOf(all)
	for i := range v.NumField() {
		assert.False(t, v.Field(i).IsZero(), v.Type().Field(i).Name)
	}
	assert.NotNil(t, all.Node.Next)
	assert.Len(t, all.Slice, 3)
	assert.PanicsWithValue(t, Text, func() { _ = all.Func(1) })
}
