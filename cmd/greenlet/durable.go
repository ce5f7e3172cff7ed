package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/admin/api"
)

const helpDurable = `
Usage: greenlet durable show file
       greenlet durable show [flags] ID
       greenlet durable check [flags] [packages]
       greenlet durable ls [flags]
       greenlet durable history [flags] ID
       greenlet durable signal [flags] ID name [value]
       greenlet durable cancel|kill|retry [flags] ID...
       greenlet durable fork [flags] ID newID

Snapshots in files, and source

Show prints what a snapshot of a greenlet holds: the functions that it is in, the
innermost first, where each of them stands, and its variables. It needs no source, and
not the program that took the snapshot; that must have been taken without a store of
schemas. What a pointer leads to is printed where it is met first, as #5 {…}, and after
that as #5. A suspension is called as //greenlet:point says or, if it does not, by the
function called and a hash of the call's text.

	$ greenlet durable show order.snapshot
	greenlet #2
		example.com/shop.order at Yield#5d1c8f0a
			o = #3 example.com/shop.Item{ID: "17", Price: 300}
			receipt = "r-17"

Check tells before a deployment which snapshots the source as it is would not go on with,
where, why, and what to do. It compares with the lock file of each package, which says
what snapshots of the released version hold. Keep that file under version control, and
write it with -update when a version is released. With -snapshots it looks at stored
ones as well, or instead if a package has no lock file; of several packages it is enough
that the program of one goes on with a snapshot. It exits with 1 if there is a change that
breaks snapshots, or may break some; what is only lost is told.

	$ greenlet durable check
	order.go:12: example.com/shop.order at charge: sum: it was int, and is float64 [breaks]
		see durable.Migrate, or give it another name

The package is built and its init functions are run, for codecs, types and migrations
are registered there; no snapshot is restored.

Flags of check:

	-update          write the lock file, and compare with nothing
	-json            print a list of changes, as type durable.Change has them
	-lock file       its name in each package's directory; greenlet.durable.lock if not given
	-snapshots path  a file with a snapshot, or a directory with such files; more with commas
	-socket path     look at the tasks of a running process, see below

Durable tasks of a running process

The process serves them: admin.New(runner).Listen(path), of package durable/admin. The other
verbs ask it, by the socket that -socket or the variable GREENLET_DURABLE names, or by
http://… where the handler is mounted. The socket is for the process's user and root only.
Nothing is loaded or resumed for what is shown.

	$ export GREENLET_DURABLE=/run/shop/tasks.sock
	$ greenlet durable ls -state waiting,parked
	ID   STATE    FUNC         COMMITS  CHANGED  DUE    WAITS FOR, OR WHY
	o17  waiting  shop.order   3        2h ago   in 6d  Wait signal:approve until …
	o18  parked   shop.order   1        4m ago          durable: shop.order has changed: …
	$ greenlet durable show o17
	$ greenlet durable signal o17 approve true

	ls       list tasks by ID. A state is running (a worker has it), due (none has it yet),
	         waiting, parked (a build can't go on with it), done, failed or canceled
	show     a task: its attributes, what it waits for, messages that it has not taken, its
	         children, and the stack with variables. A file of that name goes first, unless
	         there is -socket. With -seq n the stack as it was behind commit n
	history  what has happened to it, the oldest first
	signal   send it a value, which is JSON; null if there is none
	cancel   end it where it waits: what it has deferred runs
	kill     end it at once: nothing runs
	retry    have one go on with its last snapshot that is parked, or has failed
	fork     start a task of its snapshot, under another ID, with the messages that it has
	         not taken. With -seq n of that behind commit n, if the store has kept it: of one
	         that has ended, too. A call that it was in is made again under the same key;
	         later ones have keys of the fork's
	check    with -socket and no packages: which tasks the running program itself can't go on
	         with; with packages: which ones the source as it is could not

Flags:

	-socket path     the socket, or http://…
	-json            print JSON, as the types of package durable/admin/api have it

	-state list      of ls and check: only those, with commas between
	-func name       of that function: shop.order, or with its import path
	-parent ID       children of a task
	-prefix text     whose ID begins so
	-attr name=value with that attribute; may be repeated
	-text text       that have the text in ID, function, attributes, error or wait
	-n number        how many at most; 100, and 0 is all
	-q               print IDs only: greenlet durable ls -state parked -q | xargs greenlet durable retry

	-seq n           of show and fork: see there
	-id text         of signal: the message's ID; one that the task knows is dropped

Exit codes: 0 it is done; 1 it can't be done, as there is no such task, or it has ended; and
of check, if tasks would be parked; 2 wrong usage, or nobody answers at the socket.
`

// durableWords are the verbs behind durable.
const durableWords = "show check ls history signal cancel kill retry fork"

// durable does what is to be done with snapshots and tasks.
func (c *command) durable(ctx context.Context, args []string) (int, error) {
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "check":
		return c.durableCheck(ctx, args)
	case "show":
		return c.durableShow(ctx, args)
	}
	if run, ok := c.durableVerb(verb); ok {
		return c.asks(ctx, verb, args, run)
	}
	return 0, usagef("durable wants one of %s", strings.ReplaceAll(durableWords, " ", ", "))
}

// durableShow shows a snapshot in a file, or a task.
func (c *command) durableShow(ctx context.Context, args []string) (int, error) {
	return c.asks(ctx, "show", args, func(ctx context.Context, a *asking) (int, error) {
		if len(a.args) != 1 {
			return 0, usagef("durable show wants the name of one file or task")
		}
		if a.f.socket == "" && a.f.seq == nil {
			b, err := os.ReadFile(a.args[0])
			if err == nil {
				return c.showSnapshot(a, b)
			}
			switch {
			case !errors.Is(err, fs.ErrNotExist):
				return 0, err
			case c.getenv(socketVariable) == "":
				return 0, fmt.Errorf("%w; if it is a task, name the socket of its process by -socket or %s", err, socketVariable)
			}
		}
		return c.showTask(ctx, a)
	})
}

func (c *command) showSnapshot(a *asking, b []byte) (int, error) {
	stacks, err := durable.Show(b, nil)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", a.args[0], err)
	}
	texts := []durable.StackText{}
	for _, st := range stacks {
		texts = append(texts, st.Text())
	}
	if a.f.json {
		return exitOK, c.printJSON(texts)
	}
	for _, st := range texts {
		fmt.Fprint(c.stdout, st)
	}
	return exitOK, nil
}

// socketVariable names the socket, if there is no flag.
const socketVariable = "GREENLET_DURABLE"

// asking is one question for a running process.
type asking struct {
	f      askFlags
	args   []string
	client *api.Client // of connect
}

// askFlags are those of all verbs that ask; not every verb has every flag.
type askFlags struct {
	socket  string
	json    bool
	ids     bool
	n       int
	q       api.Query
	seq     *uint64
	message string
}

// asks parses the flags of a verb, and runs it.
func (c *command) asks(ctx context.Context, verb string, args []string, run func(context.Context, *asking) (int, error)) (int, error) {
	a := &asking{}
	set := c.flags("durable " + verb)
	set.StringVar(&a.f.socket, "socket", "", "")
	set.BoolVar(&a.f.json, "json", false, "")
	switch verb {
	case "ls":
		set.BoolVar(&a.f.ids, "q", false, "")
		set.IntVar(&a.f.n, "n", 100, "")
		a.f.queryFlags(set)
	case "show", "fork":
		set.Func("seq", "", a.f.setSeq)
	case "signal":
		set.StringVar(&a.f.message, "id", "", "")
	}
	if err := c.parseVerb(set, args); err != nil {
		return 0, err
	}
	a.args = set.Args()
	defer a.close()
	return c.answers(ctx, a, run)
}

// answers runs what asks. What the process refuses is no fault of the command.
func (c *command) answers(ctx context.Context, a *asking, run func(context.Context, *asking) (int, error)) (int, error) {
	code, err := run(ctx, a)
	var refused *api.Error
	if errors.As(err, &refused) {
		fmt.Fprintf(c.stderr, "greenlet: %v\n", shown(err.Error()))
		return exitDiagnose, nil
	}
	return code, err
}

// connect makes the client.
func (c *command) connect(a *asking) error {
	at := a.f.socket
	if at == "" {
		if at = c.getenv(socketVariable); at == "" {
			return usagef("which process is to be asked? Give its socket by -socket, or by the variable %s", socketVariable)
		}
	}
	client, err := api.New(at)
	a.client = client
	return err
}

func (a *asking) close() {
	if a.client != nil {
		a.client.Close()
	}
}
