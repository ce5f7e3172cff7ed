package emit

import "github.com/dave/jennifer/jen"

// Code for debuggers.
//
// The names in //line directives are relative, since generated files are shared. gc
// takes them as they are, and no debugger finds a file "main.go". And debuggers
// hide a variable that is declared behind the line they are at, whatever file that
// is in; our variables are declared in generated code, at lines of its own.
//
// So the file is generated a second time, for the go command's -overlay: with
// absolute names, with the declarations of a function's variables on its first line,
// and with all that a statement was made into on the line of the statement.

// Debugger is the names of a file and of what is generated for it.
type Debugger struct {
	Source, Generated string
	Tracks            bool // the program keeps a list of its greenlets
}

// beginDeclarations is the doc comment of a function that the code of the user's is in,
// or the mark of its header and variables: gofmt would set that apart in the comment.
func (e *funcEmitter) beginDeclarations(out *jen.File, doc string) {
	if !e.debugger {
		if doc != "" {
			out.Comment(doc)
		}
		return
	}
	out.Add(e.lineOf(e.fn.Decl.Pos()))
}

// endDeclarations ends that.
func (e *funcEmitter) endDeclarations() []jen.Code {
	if !e.debugger {
		return nil
	}
	return []jen.Code{jen.Comment(ownMark)}
}
