package emit

import (
	"go/ast"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/names"
)

func (e *funcEmitter) constructor(out *jen.File) {
	name := names.Constructor(e.fn.Obj.Name())
	if ast.IsExported(name) {
		out.Commentf("%s makes a frame that will run %s.", name, e.sourceName())
	}
	decl, ids := out.Func(), e.unshadowed()
	recv := e.fn.Obj.Signature().Recv()
	if recv != nil {
		decl.Params(jen.Id(ids[0]).Add(e.Type(recv.Type()))).Id(name)
	} else {
		decl.Id(name).Add(e.TypeParamsOf(e.tparams))
	}
	var fields []jen.Code
	for i, field := range e.fn.Frame.Params {
		if field != "" {
			fields = append(fields, jen.Id(field).Op(":").Id(ids[i]))
		}
	}
	made := e.rt("MakeFrame").Call(e.frameRef().Add(oneLineList(fields...)))
	decl.Params(e.paramsAs(ids)...).Op("*").Add(e.frameRef()).Add(oneLineBehind(e.fn.Obj.Signature().Params(), e.reference(ids[0:min(1, len(ids))], made)...))
}

// tiedByConstructor reports whether the constructor ties the function to its source.
func (e *funcEmitter) tiedByConstructor() bool {
	return e.canStart && e.tparams.Len() > 0 && e.fn.Obj.Signature().Recv() == nil
}

// reference returns what is made, and names the function, for the order in which package
// variables are initialised: gc drops that. The instance of a generic function it would keep in
// a dictionary, and count in what may be compiled in line, unless nothing can reach it. A method
// is named by its receiver, as a parameter may have the name of its type. The methods of a
// generic type gc does not count.
func (e *funcEmitter) reference(ids []string, made jen.Code) []jen.Code {
	fn, ret := jen.Id(e.fn.Obj.Name()), jen.Return(made)
	switch {
	case e.fn.Obj.Signature().RecvTypeParams().Len() > 0:
		return []jen.Code{ret}
	case e.fn.Obj.Signature().Recv() != nil:
		return []jen.Code{jen.Id("_").Op("=").Id(ids[0]).Dot(e.fn.Obj.Name()), ret}
	case e.tparams.Len() > 0:
		return []jen.Code{jen.If(e.falseValue()).Block(e.tied()), ret}
	}
	return []jen.Code{jen.Id("_").Op("=").Add(fn), ret}
}

// unshadowed are the names of the parameters of the constructor, the receiver's first, of
// which none hides the function, and the receiver has one. Others that are not named are "".
func (e *funcEmitter) unshadowed() []string {
	list := e.paramNames()
	fresh := func(name string) string {
		for slices.Contains(list, name) || name == e.fn.Obj.Name() {
			name += "2"
		}
		return name
	}
	for i, name := range list {
		recv := i == 0 && e.fn.Obj.Signature().Recv() != nil
		if name == "" && recv {
			list[i] = fresh("v")
		} else if name == e.fn.Obj.Name() && !recv {
			list[i] = fresh(name)
		}
	}
	return list
}
