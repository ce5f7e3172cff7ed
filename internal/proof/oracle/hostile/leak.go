package hostile

import (
	"fmt"
	"reflect"
	"runtime"
	"time"
	"unsafe"
	"weak"

	greenlet "github.com/going-green/greenlet/runtime"
)

type id = weak.Pointer[greenlet.Greenlet]

// found is the greenlets that took part in switches, in this order. They are
// only held where something is to be done with them in the end.
type found struct {
	ids       map[id]int
	greenlets []*greenlet.Greenlet
}

// name numbers greenlets.
func (d *driver) name(g *greenlet.Greenlet) string {
	switch g {
	case nil:
		return "none"
	case greenlet.Main():
		return "main"
	}
	p := weak.Make(g)
	n, ok := d.ids[p]
	if !ok {
		n = len(d.ids) + 1
		d.ids[p] = n
		if d.kind != Drop {
			d.greenlets = append(d.greenlets, g)
		}
	}
	return fmt.Sprint("g", n)
}

// noted is all that must be collected: greenlets and frames. One that the
// compiler has put into the program's data never is.
var noted = map[weak.Pointer[byte]]string{}

// maxNoted bounds it for programs that make thousands.
const maxNoted = 2000

// frameField is the field of a greenlet that has its innermost frame, which in
// turn has its caller. The oracle's greenlets have none.
var frameField = func() (index []int) {
	f, ok := reflect.TypeFor[greenlet.Greenlet]().FieldByName("leaf")
	if !ok {
		return nil
	}
	return f.Index
}()

// note has g and its frames be collected.
func note(g *greenlet.Greenlet) {
	if frameField == nil || g == greenlet.Main() || len(noted) > maxNoted {
		return
	}
	noted[weak.Make((*byte)(unsafe.Pointer(g)))] = "a greenlet"
	frame := reflect.ValueOf(g).Elem().FieldByIndex(frameField)
	for depth := 0; !frame.IsNil() && depth < 100; depth++ {
		p := frame.Elem()
		noted[weak.Make((*byte)(p.UnsafePointer()))] = "a " + p.Type().String()
		frame = p.Elem().FieldByName("Caller")
	}
}

// leaks lists what is left of a program that is over, after a while.
func leaks(forget []func()) []string {
	if frameField == nil {
		return nil
	}
	for _, zero := range forget {
		zero()
	}
	var list []string
	// Pools are emptied by the second collection.
	for try := range 50 {
		runtime.GC()
		list = nil
		for p, what := range noted {
			if p.Value() != nil {
				list = append(list, what)
			}
		}
		if n := runtime.NumGoroutine(); n > 1 {
			list = append(list, fmt.Sprint(n-1, " goroutines"))
		}
		if len(list) == 0 {
			break
		}
		if try > 3 {
			time.Sleep(time.Millisecond)
		}
	}
	clear(noted)
	return list
}
