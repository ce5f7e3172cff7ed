package emit

import (
	"go/types"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
)

// A Forward is a method of the declared type Recv that has forms which look for those of
// what is embedded, since no companion is promoted with it:
//
//	type wrap struct{ src }
//
//	func (v wrap) MResumable(r *gen.Run, p0 int) (int, gen.Status) {
//		if form, ok := any(v.src).(interface{ MResumable(…) … }); ok {
//			return form.MResumable(r, p0)
//		}
//		r0 := v.src.M(p0)
//		return r0, gen.Done
//	}
//
// They have no frame: the caller links its own to that of what they call.
type Forward struct {
	color.Forward
	Recv types.Type
}

func (c *Converter) forwardMethod(out *jen.File, f Forward) {
	name := f.Method.Name()
	v := c.unused("v")
	recv := jen.Id(v)
	if f.Pointer {
		recv.Op("*")
	}
	recv.Add(c.Type(f.Recv))
	on := jen.Id(v)
	for _, field := range f.Path {
		on.Dot(field.Name())
	}
	asked := on.Clone()
	if f.Address {
		asked = jen.Op("&").Add(asked)
	}
	companion, deferred := names.Companion(name), names.Deferred(name)
	method := on.Clone().Dot(name)

	to := c.forwarded(f.Sig, nil, closureCall)
	results := func() jen.Code { return parens(append(append([]jen.Code{}, to.results...), c.rt("Status"))) }
	out.Commentf("%s is %s of what is embedded.", companion, name)
	out.Func().Params(recv.Clone()).Id(companion).Params(to.params...).Add(results()).Block(
		c.ifForm(companion, asked, f.Sig, to, false), c.plainMethod(method.Clone(), to))

	to = c.forwarded(f.Sig, nil, closureDeferred)
	body := c.unused("body")
	code := []jen.Code{
		c.ifForm(deferred, asked, f.Sig, to, true),
		c.ifForm(companion, asked, f.Sig, to, false),
		jen.Id(c.unused("d")).Dot("CallPlain").Call(jen.Func().Params(jen.Id(body).Func().Params()).Block(
			jen.Defer().Add(method).Call(to.args...),
			jen.Id(body).Call())),
	}
	var zeros []jen.Code
	for i, t := range to.results {
		id := jen.Id(c.unused("ret" + strconv.Itoa(i)))
		code = append(code, jen.Var().Add(id.Clone()).Add(t))
		zeros = append(zeros, id)
	}
	code = append(code, jen.Return(append(zeros, c.rt("Done"))...))
	out.Commentf("%s is %s of what is embedded, deferred.", deferred, name)
	out.Func().Params(recv).Id(deferred).Params(to.params...).Add(results()).Block(code...)
}
