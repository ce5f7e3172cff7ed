package postgres

import (
	"encoding/binary"
	"errors"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/jackc/pgx/v5/pgtype"
)

// How lists and pairs are in a column: each text behind its length.

var errPacked = errors.New("durable: what the database has of a task is damaged, or of a later version")

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func nextText(b []byte) (s string, rest []byte, err error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return "", nil, errPacked
	}
	b = b[size:]
	return string(b[:n]), b[n:], nil
}

func packed(list []string) (b []byte) {
	for _, s := range list {
		b = appendText(b, s)
	}
	return b
}

func unpacked(b []byte) (list []string, err error) {
	for len(b) > 0 {
		var s string
		if s, b, err = nextText(b); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func pair(k, v string) []byte { return append(appendText(nil, k), v...) }

// scanned is a task's row where it has another form than in Go.
type scanned struct {
	id, fn, parent, owner, awaits, waits, reason, err []byte
	refused, attrs                                    pgtype.FlatArray[[]byte]
	status, priority                                  int16
	epoch, seq                                        int64
	due, until, created, updated, at                  pgtype.Timestamptz
}

// infoColumns are what info scans.
const infoColumns = `t.id, t.func, t.parent, t.priority, t.status, t.epoch, t.seq, t.due, t.awaits, t.waits, t.reason, t.refused, t.attrs, t.result, t.err, t.created, t.updated, t.owner, t.until`

func (t *scanned) info(i *engine.Info) []any {
	return []any{&t.id, &t.fn, &t.parent, &t.priority, &t.status, &t.epoch, &t.seq, &t.due, &t.awaits, &t.waits, &t.reason, &t.refused, &t.attrs, &i.Result, &t.err,
		&t.created, &t.updated, &t.owner, &t.until}
}

// into puts it where it belongs.
func (t *scanned) into(i *engine.Info) (err error) {
	i.ID, i.Func, i.Parent, i.Owner, i.Waits, i.Reason, i.Err = string(t.id), string(t.fn), string(t.parent), string(t.owner), string(t.waits), string(t.reason), string(t.err)
	i.Priority, i.Status, i.Epoch, i.Seq = int8(t.priority), engine.Status(t.status), uint64(t.epoch), uint64(t.seq)
	i.Due, i.Until, i.Created, i.Updated = timeOf(t.due), timeOf(t.until), timeOf(t.created), timeOf(t.updated)
	for _, b := range t.refused {
		i.Refused = append(i.Refused, string(b))
	}
	if len(t.attrs) > 0 {
		i.Attrs = make(map[string]string, len(t.attrs))
	}
	for _, b := range t.attrs {
		k, v, err := nextText(b)
		if err != nil {
			return err
		}
		i.Attrs[k] = string(v)
	}
	i.Awaits, err = unpacked(t.awaits)
	return err
}
