package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/going-green/greenlet/durable/admin/api"
)

// How tasks are shown to people. Whoever starts a task may choose its ID: what a terminal would obey is written as Go does.

// shown is text without control characters, but for the ends of lines and tabs.
func shown(text string) string {
	if !strings.ContainsFunc(text, obeyed) && strings.ToValidUTF8(text, "") == text {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == unicode.ReplacementChar && !strings.HasPrefix(text[i:], string(r)):
			fmt.Fprintf(&b, "\\x%02x", text[i])
		case obeyed(r):
			q := fmt.Sprintf("%+q", r)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func obeyed(r rune) bool { return !unicode.IsPrint(r) && r != '\n' && r != '\t' }

// brief is the beginning of the first line.
func brief(text string, most int) string {
	text, _, more := strings.Cut(text, "\n")
	text = strings.ReplaceAll(shown(text), "\t", " ")
	if runes := []rune(text); len(runes) > most {
		text, more = string(runes[:most]), true
	}
	if more {
		text += "…"
	}
	return text
}

// line is text that is to be on one line as a whole.
func line(text string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(shown(text))
}

// distance is a time in its largest unit.
func distance(d time.Duration) string {
	switch d = d.Abs(); {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// from is a time as it is seen from now.
func from(now, at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case at.After(now):
		return "in " + distance(at.Sub(now))
	}
	return distance(now.Sub(at)) + " ago"
}

// name is a function's without the way to its package.
func name(fn string) string { return fn[strings.LastIndexByte(fn, '/')+1:] }

// why is what a task waits for, or why it is as it is.
func why(t api.Task) string {
	switch {
	case t.Reason != "":
		return t.Reason
	case t.Err != "":
		return t.Err
	case t.State == api.Done:
		return string(t.Result)
	}
	return t.Waits
}

func (c *command) printTasks(all api.Tasks) {
	w := tabwriter.NewWriter(c.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSTATE\tFUNC\tCOMMITS\tCHANGED\tDUE\tWAITS FOR, OR WHY")
	for _, t := range all.Tasks {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", line(string(t.ID)), t.State, line(name(t.Func)), t.Seq,
			from(all.Now, t.Updated), from(all.Now, t.Due), brief(why(t), 80))
	}
	w.Flush()
}

const timeLayout = "2006-01-02 15:04:05Z07:00"

func (c *command) printTask(d api.Detail) {
	fmt.Fprintf(c.stdout, "task %s\n", line(string(d.ID)))
	w := tabwriter.NewWriter(c.stdout, 0, 8, 2, ' ', 0)
	row := func(what, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			fmt.Fprintf(w, "\t%s\t%s\n", what, strings.ReplaceAll(shown(text), "\n", "\n\t\t"))
		}
	}
	at := func(what string, t time.Time) {
		if !t.IsZero() {
			row(what, "%s (%s)", t.Format(timeLayout), from(d.Now, t))
		}
	}
	row("function", "%s", d.Func)
	row("state", "%s", d.State)
	row("waits for", "%s", d.Waits)
	row("why", "%s", d.Reason)
	row("result", "%s", d.Result)
	if d.Err != d.Reason {
		row("error", "%s", d.Err)
	}
	row("child of", "%s", d.Parent)
	for _, name := range slices.Sorted(maps.Keys(d.Attrs)) {
		row("attribute", "%s = %s", name, d.Attrs[name])
	}
	at("due", d.Due)
	at("created", d.Created)
	at("changed", d.Updated)
	if d.Owner != "" {
		row("worker", "%s, until %s", d.Owner, d.Until.Format(timeLayout))
	}
	row("refused by", "%s", strings.Join(d.Refused, ", "))
	row("size", "%d commits, a snapshot of %d bytes", d.Seq, d.Bytes)
	for _, m := range d.Inbox {
		row("not taken", "%s %s", m.Topic, m.Body)
	}
	for _, t := range d.Children {
		row("child", "%s, %s", t.ID, t.State)
	}
	if n := len(d.Kept); n > 0 {
		row("kept", "snapshots behind commits %d to %d; see -seq", d.Kept[0].Seq, d.Kept[n-1].Seq)
	}
	w.Flush()
	if d.At != nil {
		fmt.Fprintf(c.stdout, "behind commit %d, at %s: %s\n", d.At.Seq, d.At.At.Format(timeLayout), shown(d.At.Waits))
	}
	if d.Unshown != "" {
		fmt.Fprintf(c.stdout, "its snapshot can't be shown: %s\n", shown(d.Unshown))
	}
	for _, st := range d.Stacks {
		text := st.String()
		for _, s := range d.Sources {
			if i := s.Line - s.From; i >= 0 && i < len(s.Lines) {
				place := fmt.Sprintf(" (%s:%d)\n", s.File, s.Line)
				text = strings.ReplaceAll(text, place, place+"\t\t> "+strings.TrimSpace(s.Lines[i])+"\n")
			}
		}
		fmt.Fprint(c.stdout, shown(text))
	}
}

func (c *command) printHistory(list []api.Event) {
	w := tabwriter.NewWriter(c.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "AT\tCOMMITS\tWHAT")
	for _, e := range list {
		fmt.Fprintf(w, "%s\t%d\t%s\n", e.At.Format("2006-01-02 15:04:05.000Z07:00"), e.Seq, brief(e.Note, 200))
	}
	w.Flush()
}

func (c *command) printFindings(list []api.Finding, looked int) {
	for _, f := range list {
		fmt.Fprintf(c.stdout, "%s of %s:\n", whose(f.Tasks, f.IDs), line(f.Func))
		if f.Err != "" {
			fmt.Fprintf(c.stdout, "\t%s\n", strings.ReplaceAll(shown(f.Err), "\n", "\n\t"))
		}
		for _, ch := range f.Changes {
			fmt.Fprintf(c.stdout, "\t%s\n", strings.ReplaceAll(shown(ch.String()), "\n", "\n\t"))
		}
	}
	if len(list) == 0 {
		fmt.Fprintf(c.stdout, "the program goes on with all of %d tasks\n", looked)
	}
}

// whose names some tasks.
func whose(n int, ids []api.ID) string {
	switch {
	case n == 1:
		return "task " + line(string(ids[0]))
	case n == len(ids):
		var names []string
		for _, id := range ids {
			names = append(names, line(string(id)))
		}
		return "tasks " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("task %s and %d others", line(string(ids[0])), n-1)
}
