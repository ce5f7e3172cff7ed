//go:build race

package durable

func init() { raced = true }
