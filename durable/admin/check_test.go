package admin_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
	"testing"

	"github.com/going-green/greenlet/durable"
	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/engine"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func sends(e engine.Engine, m engine.Message, done chan error) {
	done <- e.Send(context.Background(), m)[0] //greenlet:allow blocking-channel it has room
}

// ofAnother is a snapshot as a program would write it in which order is called ordex.
func ofAnother(t *testing.T, snapshot []byte) []byte {
	b := bytes.ReplaceAll(snapshot, []byte("admin_test.order"), []byte("admin_test.ordex"))
	require.NotEqual(t, snapshot, b)
	hashes, err := durable.Descriptions(snapshot)
	require.NoError(t, err)
	for _, h := range hashes {
		old := binary.LittleEndian.AppendUint64(nil, h)
		at := bytes.Index(b, old)
		require.Positive(t, at)
		n, size := binary.Uvarint(b[at+8:])
		sum := fnv.New64a() // of what it says, which has another name now perhaps
		sum.Write(b[at+8+size:][:n])
		binary.LittleEndian.PutUint64(b[at:], sum.Sum64())
	}
	end := len(b) - 4
	binary.LittleEndian.PutUint32(b[end:], crc32.Checksum(b[:end], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// What the program can't go on with is found, in tasks that wait as well as in those that are parked for it.
func TestCheckFinds(t *testing.T) {
	w := newWorld(t)
	w.start("good", order, parcel{"Ann", 1})
	w.until("good", api.Waiting)
	whole, err := w.c.Snapshot(t.Context(), "good", nil)
	require.NoError(t, err)
	send := func(id string, snapshot []byte) {
		done := make(chan error, 1)
		m := engine.Message{To: id, Start: &engine.Start{Func: "admin_test.ordex", Snapshot: snapshot}}
		w.h.Post(func() { w.h.Go(sends, w.r.Engine(), m, done) })
		require.NoError(t, <-done)
	}
	for _, id := range []string{"gone1", "gone2"} {
		send(id, ofAnother(t, whole))
		d := w.until(api.ID(id), api.Parked)
		assert.Contains(t, d.Reason, "it is not in this program, or not durable")
		require.Len(t, d.Stacks, 1, "it is shown all the same")
		assert.Contains(t, d.Stacks[0].Reason, "it is not in this program")
		assert.Contains(t, d.Stacks[0].String(), `receipt = "r-good/1"`)
	}
	send("junk", []byte("junk"))
	assert.Contains(t, w.until("junk", api.Parked).Unshown, "the snapshot is damaged")

	k, err := w.c.Check(t.Context(), api.Query{})
	require.NoError(t, err)
	require.Len(t, k.Findings, 2)
	gone, junk := k.Findings[0], k.Findings[1]
	assert.Equal(t, 2, gone.Tasks)
	assert.Equal(t, []api.ID{"gone1", "gone2"}, gone.IDs)
	assert.True(t, gone.Refuses)
	require.NotEmpty(t, gone.Changes)
	assert.Equal(t, durable.Breaks, gone.Changes[0].Kind)
	assert.Equal(t, []api.ID{"junk"}, junk.IDs)
	assert.Contains(t, junk.Err, "the snapshot is damaged")
	s, err := w.c.Shapes(t.Context(), api.Query{})
	require.NoError(t, err)
	assert.Len(t, s.Shapes, 3)
}
