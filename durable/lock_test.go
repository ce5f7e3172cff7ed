package durable

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const thisPackage = "github.com/going-green/greenlet/durable"

// A program goes on with what its own lock says, all of it.
func TestLockOfItself(t *testing.T) {
	text := Lock(thisPackage)
	assert.Equal(t, string(text), string(Lock(thisPackage)), "it is the same each time")
	changes, err := CheckLock("lock", text)
	require.NoError(t, err)
	assert.Empty(t, changes)
	l, err := readLock(string(text))
	require.NoError(t, err)
	assert.Greater(t, len(l.funcs), 20)
	assert.NotEmpty(t, l.literals)
	assert.NotEmpty(t, l.known)
	for _, want := range []string{
		"\nfunc github.com/going-green/greenlet/durable.sums sizes_test.go\n\tstart -\n\t\tn int\n",
		"\ntype github.com/going-green/greenlet/durable.item struct\n\tName string\n\tcount int\n",
		"\nknown github.com/going-green/greenlet/durable.cons\n",
	} {
		assert.Contains(t, string(text), want)
	}
}

// Each line of a lock is looked at: what is gone from a program is found by the rest.
func TestLockFindsWhatIsGone(t *testing.T) {
	text := string(Lock(thisPackage))
	for _, c := range []struct{ from, to, want string }{
		{"\nfunc github.com/going-green/greenlet/durable.sums ", "\nfunc github.com/going-green/greenlet/durable.summed ", "durable.summed: it is not in this program, or not durable [breaks]\n\tkeep it while there are snapshots in it, or write //greenlet:was summed above"},
		{"\tstart -\n\t\tn int\n", "\tstart -\n\t\tn int8\n", "durable.countTo at start: n: it was int8, and is int [breaks]"},
		{"durable.item struct\n\tName string\n\tcount int\n", "durable.item struct\n\tName string\n\tcount int8\n", "durable.item: count: it was int8, and is int [breaks]"},
		{"durable.item struct\n\tName string\n", "durable.item struct\n\tName string\n\told string\n", "durable.item: old: it is gone, and so is what snapshots have of it [loses]"},
		{"durable.closures#86f57915", "durable.closures#86f57916", "no such function literal any more"},
		{"\nknown github.com/going-green/greenlet/durable.cons", "\nknown []github.com/going-green/greenlet/durable.Cons", "the type is not known any more"},
		{"\tYield#51f6ecd9 -\n", "\tYield#51f6ecd8 -\n", "it has no suspension Yield#51f6ecd8 any more"},
	} {
		require.Contains(t, text, c.from)
		changed := strings.ReplaceAll(text, c.from, c.to)
		if strings.Contains(c.to, "Cons") {
			changed += "\ntype github.com/going-green/greenlet/durable.Cons struct\n"
		}
		changes, err := CheckLock("the.lock", []byte(changed))
		require.NoError(t, err, c.to)
		require.NotEmpty(t, changes, c.to)
		assert.True(t, slices.ContainsFunc(changes, func(ch Change) bool {
			return ch.File != "" && ch.Line > 0 && strings.Contains(ch.String(), c.want)
		}), "%v", changes)
	}
}

func TestLockHostile(t *testing.T) {
	text := string(Lock(thisPackage))
	r := rand.New(rand.NewPCG(1, 2))
	failed := 0
	for range 3000 {
		b := []byte(text)
		for range 1 + r.IntN(4) {
			i, j := r.IntN(len(b)), r.IntN(len(b))
			switch r.IntN(3) {
			case 0:
				b[i] = "\n\t *[]{};\"x"[r.IntN(11)]
			case 1:
				b = slices.Delete(b, i, min(i+r.IntN(40), len(b)))
			default:
				b = slices.Insert(b, i, b[j:min(j+r.IntN(40), len(b))]...)
			}
		}
		if _, err := CheckLock("lock", b); err != nil {
			failed++
		}
	}
	assert.Positive(t, failed)
	_, err := CheckLock("lock", []byte("known "+strings.Repeat("[]", 1000)+"int"))
	require.ErrorContains(t, err, "lock: line 1: a type has too many parts")
}

// Nothing would tell that a migration is of nothing.
func TestMigrateOfMain(t *testing.T) {
	type old struct{ a int }
	Migrate("main.order", func(o old) (struct{ b int }, error) { return struct{ b int }{o.a}, nil })
	defer func() {
		migrationsLock.Lock()
		defer migrationsLock.Unlock()
		delete(ofFuncs, "main.order")
	}()
	require.PanicsWithValue(t, "durable: Migrate of main.order: functions of package main are called by its import path, too: example.com/shop.order", checkMigrations)
}
