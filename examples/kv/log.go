package main

import (
	"encoding/binary"
	"hash/crc32"
	"os"

	"github.com/going-green/greenlet/hub/file"
)

// record is what a log has of a change: the state of a replica behind it. (Of a store with more keys it
// would be the change only.)
type record struct {
	Promised uint32
	State    [keys]cell
}

// encode is a record with its checksum in front.
func (r *record) encode() []byte {
	data, err := binary.Append(make([]byte, 4), binary.LittleEndian, r)
	if err != nil {
		panic(err)
	}
	binary.LittleEndian.PutUint32(data, crc32.ChecksumIEEE(data[4:]))
	return data
}

var recordSize = len((&record{}).encode())

// lastOf is the last record of a log that is whole, with all before it, and how many there are. What is behind it was never
// acknowledged: the power was lost while it was written.
func lastOf(data []byte) (r record, n int) {
	for len(data) >= recordSize && binary.LittleEndian.Uint32(data) == crc32.ChecksumIEEE(data[4:recordSize]) {
		if _, err := binary.Decode(data[4:recordSize], binary.LittleEndian, &r); err != nil {
			panic(err)
		}
		data = data[recordSize:]
		n++
	}
	return r, n
}

// wal is the log of a replica, which is written ahead of each answer.
type wal struct {
	file file.File
	size int64
	lazy bool // planted: it is not synced
}

const logName = "wal"

// openLog returns the log, and the last record of it. What it has read it writes again, as it does
// not know whether that is durable: it may be what a sync had failed to write, and then is read from memory.
// That must not be at the expense of what is durable already.
//
//greenlet:resumable
func openLog(s file.System, b bug) (*wal, record, error) {
	data, err := file.ReadFile(s, logName)
	if err != nil && !os.IsNotExist(err) {
		return nil, record{}, err
	}
	last, _ := lastOf(data)
	if b == lostAtRestart {
		err = overwrite(s, last.encode()) // planted: the power may be lost in the middle of it
	} else {
		err = file.Replace(s, logName, last.encode())
	}
	if err != nil {
		return nil, record{}, err
	}
	f, err := s.OpenFile(logName, os.O_RDWR)
	if err != nil {
		return nil, record{}, err
	}
	return &wal{f, int64(recordSize), b == lazyLog}, last, nil
}

//greenlet:resumable
func overwrite(s file.System, data []byte) error {
	f, err := s.OpenFile(logName, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(data, 0); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return s.SyncDir(".")
}

// append makes r the last record. Behind an error nothing is known about the log: the program has to end.
//
//greenlet:resumable
func (w *wal) append(r record) error {
	data := r.encode()
	if _, err := w.file.WriteAt(data, w.size); err != nil {
		return err
	}
	w.size += int64(len(data))
	if w.lazy {
		return nil
	}
	return w.file.Sync()
}
