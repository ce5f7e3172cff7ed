package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// Check blocking-call: resumable code that waits for something outside. Mutexes
// are not reported: they are rarely held for long. Nor are channels that may have a
// buffer or be closed, going by those of their type in the package.

const (
	insteadTimer   = "yield, and be switched to when the time has come (time.AfterFunc wakes the loop that does it)"
	insteadReceive = "yield until the loop that switches to this greenlet has received the value, and take it from Exchange"
	insteadSend    = "yield the value to the loop that switches to this greenlet, and let that send it"
	insteadSelect  = "add a default that yields, or yield until the loop that switches to this greenlet has selected"
	insteadWait    = "yield until who it waits for is done, and be switched to then"
	insteadIO      = "let a goroutine do it, yield, and be switched to with the result"
)

// blockingCalls are the functions that block, by what to do instead. Those of package
// io are not among them: they block if their reader does, which may be a buffer.
var blockingCalls = func() map[string]string {
	m := map[string]string{}
	add := func(instead, pkg, fns string) {
		for fn := range strings.FieldsSeq(fns) {
			m[pkg+"."+fn] = instead
		}
	}
	add(insteadTimer, "time", "Sleep")
	add(insteadWait, "sync", "WaitGroup.Wait Cond.Wait")
	add(insteadWait, "golang.org/x/sync/errgroup", "Group.Wait")
	add(insteadIO, "os", "File.Read Process.Wait ReadFile")
	add(insteadIO, "database/sql", `DB.Exec DB.ExecContext DB.Query DB.QueryContext DB.QueryRow DB.QueryRowContext DB.Ping DB.PingContext
		DB.Begin DB.BeginTx DB.Conn Tx.Exec Tx.ExecContext Tx.Query Tx.QueryContext Tx.QueryRow Tx.QueryRowContext Tx.Commit Tx.Rollback
		Stmt.Exec Stmt.ExecContext Stmt.Query Stmt.QueryContext Stmt.QueryRow Stmt.QueryRowContext Rows.Next`)
	add(insteadIO, "os/exec", "Cmd.Run Cmd.Wait Cmd.Output Cmd.CombinedOutput")
	add(insteadIO, "net", `Dial DialTimeout DialTCP DialUDP DialUnix Dialer.Dial Dialer.DialContext
		Listener.Accept TCPListener.Accept TCPListener.AcceptTCP UnixListener.Accept UnixListener.AcceptUnix
		Conn.Read Conn.Write conn.Read conn.Write PacketConn.ReadFrom UDPConn.ReadFrom UDPConn.ReadFromUDP
		LookupHost LookupIP LookupAddr LookupCNAME LookupMX LookupTXT`)
	add(insteadIO, "net/http", `Get Head Post PostForm Client.Do Client.Get Client.Head Client.Post Client.PostForm
		ListenAndServe ListenAndServeTLS Serve ServeTLS Server.ListenAndServe Server.ListenAndServeTLS Server.Serve Server.ServeTLS`)
	return m
}()

func (k *checker) blocking() {
	if len(k.colors.Annotated()) == 0 {
		return
	}
	buffered := k.buffered()
	for _, fn := range k.colors.Annotated() {
		w := &waits{checker: k, within: k.colors.Name(fn.Obj), done: map[ast.Node]bool{}, buffered: buffered}
		k.inspect(fn.Decl.Body, w.visit)
	}
}

// waits looks for what blocks in one function.
type waits struct {
	*checker
	within   string
	done     map[ast.Node]bool // operations that a select has
	buffered map[string]bool   // see there
}

func (w *waits) visit(n ast.Node) {
	if w.done[n] {
		return
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		if fn := w.colors.Callee(n); fn != nil && fn.Pkg() != nil {
			name := fn.Name()
			if recv := names.ReceiverType(fn); recv != "" {
				name = recv + "." + name
			}
			if instead := blockingCalls[fn.Pkg().Path()+"."+name]; instead != "" {
				w.found(w.colors.CallPos(n), n.End(), w.colors.Name(fn), instead)
			}
		}
	case *ast.SendStmt:
		if !w.isBuffered(n.Chan) {
			w.found(n.Arrow, n.End(), "a send", insteadSend)
		}
	case *ast.UnaryExpr:
		if n.Op == token.ARROW && !w.isBuffered(n.X) {
			w.found(n.Pos(), n.End(), "a receive", insteadReceive)
		}
	case *ast.RangeStmt:
		if t := w.pass.TypesInfo.TypeOf(n.X); t != nil && isChan(t) && !w.isBuffered(n.X) {
			w.found(n.X.Pos(), n.X.End(), "a loop over a channel", insteadReceive)
		}
	case *ast.SelectStmt:
		w.selection(n)
	}
}

func (w *waits) found(pos, end token.Pos, what, instead string) {
	w.report(finding{
		pos: pos, end: end, code: diag.BlockingCall,
		message: what + " blocks, and with " + w.within + ", which is resumable, all greenlets of its goroutine",
		remedy:  instead,
	})
}

// selection reports a select as a whole, if it has no default, and no channel that
// may have a buffer.
func (w *waits) selection(n *ast.SelectStmt) {
	blocks := true
	for _, clause := range n.Body.List {
		comm := clause.(*ast.CommClause).Comm
		if comm == nil {
			blocks = false
			continue
		}
		if c := channel(comm); c == nil || w.isBuffered(c) {
			blocks = false
		}
		w.done[comm] = true
		ast.Inspect(comm, func(c ast.Node) bool { // the receive in x := <-c, not others in its operands
			if u, ok := c.(*ast.UnaryExpr); ok && u.Op == token.ARROW {
				w.done[u] = true
				return false
			}
			return true
		})
	}
	if blocks {
		w.found(n.Pos(), n.Pos()+token.Pos(len("select")), "a select without default", insteadSelect)
	}
}

// channel is the channel of a communication of a select.
func channel(comm ast.Stmt) ast.Expr {
	var x ast.Expr
	switch s := comm.(type) {
	case *ast.SendStmt:
		return s.Chan
	case *ast.ExprStmt:
		x = s.X
	case *ast.AssignStmt:
		x = s.Rhs[0]
	}
	if u, ok := ast.Unparen(x).(*ast.UnaryExpr); ok {
		return u.X
	}
	return nil
}

func isChan(t types.Type) bool {
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// isBuffered reports whether e may be a channel with a buffer, which has room or
// something in it, or one that is closed: the package makes a channel of its type
// with a buffer, or closes one, or another package has made it.
func (w *waits) isBuffered(e ast.Expr) bool {
	t := w.pass.TypesInfo.TypeOf(e)
	if t == nil {
		return true
	}
	made := ast.Unparen(e)
	if call, ok := made.(*ast.CallExpr); ok {
		made = call.Fun
	}
	if id := color.CalleeIdent(made); id != nil {
		switch obj := w.pass.TypesInfo.Uses[id]; {
		case obj == nil || obj.Pkg() == nil || obj.Pkg() == w.pass.Pkg:
		case obj.Pkg().Path() == "time" || obj.Pkg().Path() == "context":
			return false // time.After, Context.Done: there is nothing in it for long
		default:
			return true
		}
	}
	c, ok := t.Underlying().(*types.Chan)
	return !ok || w.buffered[types.TypeString(c.Elem(), nil)]
}

// buffered are the types of what channels carry that the package makes with a
// buffer or closes.
func (k *checker) buffered() map[string]bool {
	m := map[string]bool{}
	for _, file := range k.files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			f, ok := ast.Unparen(call.Fun).(*ast.Ident)
			if !ok || f.Name != "close" && (f.Name != "make" || len(call.Args) != 2) {
				return true
			}
			if t := k.pass.TypesInfo.TypeOf(call.Args[0]); t != nil {
				if c, ok := t.Underlying().(*types.Chan); ok {
					m[types.TypeString(c.Elem(), nil)] = true
				}
			}
			return true
		})
	}
	return m
}
