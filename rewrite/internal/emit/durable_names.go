package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"
)

// DurableInstance is an instance of a generic function that a durable one calls: its frame's type.
type DurableInstance struct {
	Pkg   *types.Package
	Frame string
	Args  []types.Type
}

// durableNames emits what snapshots know by name:
//
//	var _ = gen.DurableNamed("example.com/shop.charge", charge)
//	var _ = gen.DurableInstance((*task.DoFrame[Item, string])(nil))
func (c *Converter) durableNames(out *jen.File, src Source) {
	for _, fn := range src.Named {
		early(out, c.rt("DurableNamed").Call(jen.Lit(importPath(fn.Pkg())+"."+fn.Name()), c.ofPackage(fn.Pkg(), fn.Name())))
	}
	for _, i := range src.Instances {
		var args []jen.Code
		for _, t := range i.Args {
			args = append(args, c.Type(t))
		}
		early(out, c.rt("DurableInstance").Call(jen.Parens(jen.Op("*").Add(c.ofPackage(i.Pkg, i.Frame)).Types(args...)).Parens(jen.Nil())))
	}
}
