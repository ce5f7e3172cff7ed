// Package libraries tests that libraries of others, which nobody has annotated, run on the hub as
// they are. It is a module of its own, so that they are no dependency of the one that users
// require.
package libraries
