package durable

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
)

// ErrSeal is the error for bytes that were not sealed with the key, or are not as they were.
var ErrSeal = errors.New("durable: the snapshot's seal is not by this key")

const sealMagic = "GLSEAL\x01"

// Seal is snapshot with a code (HMAC with SHA-256) that only who has the key can make, for
// snapshots that somebody else keeps or sends. It doesn't hide what is in them. The key is
// secret, and at least 32 random bytes.
func Seal(key, snapshot []byte) []byte {
	b := make([]byte, 0, len(sealMagic)+sha256.Size+len(snapshot))
	b = append(b, sealMagic...)
	b = append(b, sealOf(key, snapshot)...)
	return append(b, snapshot...)
}

// Open is the snapshot that was sealed with the key, a part of sealed, or [ErrSeal].
func Open(key, sealed []byte) ([]byte, error) {
	const start = len(sealMagic) + sha256.Size
	if len(sealed) < start || string(sealed[:len(sealMagic)]) != sealMagic ||
		!hmac.Equal(sealed[len(sealMagic):start], sealOf(key, sealed[start:])) {
		return nil, ErrSeal
	}
	return sealed[start:], nil
}

func sealOf(key, snapshot []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(sealMagic))
	h.Write(snapshot)
	return h.Sum(nil)
}
