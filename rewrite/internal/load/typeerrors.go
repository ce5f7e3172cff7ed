package load

// How the user's type errors become diagnostics.

import (
	"errors"
	"go/token"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// addError records what the type checker reports. It reports a second place
// of the same error as another error whose message starts with a tab.
func (n *Loaded) addError(fset *token.FileSet, err error) {
	var e types.Error
	if !errors.As(err, &e) {
		e = types.Error{Fset: fset, Msg: err.Error()}
	}
	pos := fset.Position(e.Pos)
	if rest, ok := strings.CutPrefix(e.Msg, "\t"); ok && len(n.errs) > 0 {
		last := &n.errs[len(n.errs)-1]
		last.Related = append(last.Related, diag.Related{Pos: pos, Message: rest})
		return
	}
	d := diag.Diagnostic{Pos: pos, Code: diag.TypeError, Message: e.Msg}
	if _, reason, ok := strings.Cut(e.Msg, " ("); ok && strings.HasPrefix(e.Msg, "could not import ") {
		d.Code, d.Message = diag.LoadError, strings.TrimSuffix(reason, ")")
	}
	n.errs = append(n.errs, d)
}

// dropStubErrors removes the errors that stubs repeat from the signatures
// they copy. What only a stub shows is that there is no runtime to import.
func (n *Loaded) dropStubErrors(fset *token.FileSet) {
	var kept, inStubs diag.List
	for _, d := range n.errs {
		if n.stubs[d.Pos.Filename] != nil {
			inStubs = append(inStubs, d)
		} else {
			kept = append(kept, d)
		}
	}
	n.errs = kept
	for i := range kept {
		n.cycle(&kept[i])
	}
	if len(kept) > 0 || len(inStubs) == 0 {
		return
	}
	for _, d := range inStubs {
		for _, path := range []string{names.GenPath, names.RuntimePath} {
			if strings.Contains(d.Message, path) {
				n.errs = diag.List{n.noRuntime(fset, path)}
				return
			}
		}
	}
	n.errs = inStubs
}

// cycle completes an error about the order in which package variables are initialised, if it
// comes from a frame's reference to its function (emit, reference): the generated file may
// not be there to look at.
func (n *Loaded) cycle(d *diag.Diagnostic) {
	for i := range d.Related {
		if r := &d.Related[i]; n.stubs[r.Pos.Filename] != nil {
			r.Pos = token.Position{}
			d.Remedy = "make the frame in an init function, when all package variables are initialised"
		}
	}
}

func (n *Loaded) noRuntime(fset *token.FileSet, path string) diag.Diagnostic {
	return diag.Diagnostic{
		Pos:     fset.Position(n.a.set.Funcs()[0].Pos),
		Code:    diag.NoRuntime,
		Message: "generated code needs " + path + ", which no required module provides",
		Remedy:  "go get " + strings.TrimSuffix(names.RuntimePath, "/runtime"),
	}
}
