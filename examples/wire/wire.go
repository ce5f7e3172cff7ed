// Package wire is the protocol of a small store of keys and values: what its server and its clients share, and know nothing of
// each other beyond.
//
// A message is its length in four bytes, a kind, and fields that have their lengths before them. A conversation begins with a
// greeting, and is questions and answers then; a question for a watch is answered by many.
//
// The functions read and write by plain calls. On a connection of package hub/socket, in resumable code, they
// wait for their task only; on one of package net, in any code, they block as others do. The package is the same, and has been
// generated once, by its authors.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

//go:generate go tool greenlet

// Kind says what a message is.
type Kind byte

const (
	Hello  Kind = iota + 1 // version
	Put                    // key, value: answered by Done
	Get                    // key: answered by Value or None
	Watch                  // key, how many: answered by that many Values, and Done
	Value                  // value
	None                   // there is no such key
	Done                   // all is well
	Failed                 // why
)

// Message is what is sent.
type Message struct {
	Kind   Kind
	Fields []string
}

// Version is that of the protocol.
const Version = "1"

// MaxLength bounds a message, and with it what a peer can make us allocate.
const MaxLength = 1 << 20

var (
	// ErrTooLong is of a message that is longer than MaxLength.
	ErrTooLong = errors.New("wire: a message is too long")
	// ErrMalformed is of a message that can't be read.
	ErrMalformed = errors.New("wire: a message is malformed")
)

// Conn is what messages are read from and written to.
type Conn interface {
	io.Reader
	io.Writer
}

// readFull is io.ReadFull, which could not be suspended: it is not ours.
//
//greenlet:resumable
func readFull(c Conn, p []byte) error {
	for n := 0; n < len(p); {
		k, err := c.Read(p[n:])
		n += k
		switch {
		case n == len(p):
		case err == io.EOF && n > 0:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
	return nil
}

// Read reads a message. At the end of the connection, between messages, it returns io.EOF.
//
//greenlet:resumable
func Read(c Conn) (m Message, err error) {
	var head [5]byte
	if err := readFull(c, head[:]); err != nil {
		return m, err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > MaxLength {
		return m, ErrTooLong
	}
	body := make([]byte, length)
	if err := readFull(c, body); err != nil {
		return m, errors.Join(ErrMalformed, err)
	}
	m.Kind = Kind(head[4])
	for len(body) > 0 {
		n, k := binary.Uvarint(body)
		if k <= 0 || n > uint64(len(body)-k) {
			return m, ErrMalformed
		}
		m.Fields = append(m.Fields, string(body[k:k+int(n)]))
		body = body[k+int(n):]
	}
	return m, nil
}

// Write writes a message.
//
//greenlet:resumable
func Write(c Conn, kind Kind, fields ...string) error {
	b := append(make([]byte, 4, 64), byte(kind))
	for _, f := range fields {
		b = binary.AppendUvarint(b, uint64(len(f)))
		b = append(b, f...)
	}
	if len(b)-5 > MaxLength {
		return ErrTooLong
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-5))
	_, err := c.Write(b)
	return err
}

// Greet is the beginning of a conversation, for both sides.
//
//greenlet:resumable
func Greet(c Conn) error {
	if err := Write(c, Hello, Version); err != nil {
		return err
	}
	m, err := Read(c)
	switch {
	case err != nil:
		return err
	case m.Kind != Hello || len(m.Fields) != 1 || m.Fields[0] != Version:
		return fmt.Errorf("wire: the peer speaks another protocol: %v", m)
	}
	return nil
}

// Ask sends a question and reads the answer.
//
//greenlet:resumable
func Ask(c Conn, kind Kind, fields ...string) (Message, error) {
	if err := Write(c, kind, fields...); err != nil {
		return Message{}, err
	}
	m, err := Read(c)
	if err == nil && m.Kind == Failed {
		err = fmt.Errorf("wire: the server says: %v", m.Fields)
	}
	return m, err
}
