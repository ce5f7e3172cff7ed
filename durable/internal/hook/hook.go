// Package hook is what package durabletest has of package durable, and nobody else.
package hook

import greenlet "github.com/going-green/greenlet/runtime"

// Fork copies the frames of a greenlet.
var Fork func(greenlet.Parts) (greenlet.Parts, error)

// Place is what of, whose frames have been copied into those of to, consists of there.
var Place func(of, to greenlet.Parts) greenlet.Parts
