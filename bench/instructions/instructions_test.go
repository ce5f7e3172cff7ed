package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBudget(t *testing.T) {
	budget, err := parseBudget("# go1 linux/amd64\nA/x\t100.0\nA/y\t10.0\nB/z\t5.0\n", "go1 linux/amd64")
	require.NoError(t, err)
	require.Len(t, budget, 3)
	var out strings.Builder
	err = compare(&out, []*row{
		{group: "A", way: "x", unit: "value", instructions: 101.9},
		{group: "A", way: "y", unit: "value", instructions: 13},
		{group: "C", way: "new", unit: "switch", instructions: 7},
	}, budget)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "A/x")
	for _, part := range []string{
		"A/y takes 13.0 instructions a value, where the budget has 10.0 (+30.0 %)",
		"C/new takes 7.0 instructions a switch, and has no budget",
		"B/z has a budget, and is no case",
	} {
		assert.Contains(t, err.Error(), part)
	}
	other, err := parseBudget("# go1 linux/amd64\nA/x\t100.0\n", "go2 linux/amd64")
	require.NoError(t, err)
	assert.Nil(t, other)
}

// The committed budget is of the cases that there are.
func TestBudgetOfCases(t *testing.T) {
	t.Chdir("..")
	budget, err := readBudget()
	require.NoError(t, err)
	if budget == nil {
		t.Skip("the budget is that of another compiler")
	}
	for _, r := range cases(false) {
		assert.Contains(t, budget, r.name())
		delete(budget, r.name())
	}
	assert.Empty(t, budget)
}

func TestTable(t *testing.T) {
	var out strings.Builder
	require.NoError(t, writeTable(&out, []*row{
		{group: "A", unit: "value", way: "Pull", ours: true, instructions: 56.4},
		{group: "B", unit: "switch", way: "by-hand", instructions: 15},
		{group: "A", unit: "value", way: "C++20", instructions: 19},
	}))
	assert.Equal(t, "| work | unit | by | instructions |\n|---|---|---|---:|\n"+
		"| A | value | **Pull** | 56 |\n| A | value | C++20 | 19 |\n| B | switch | by-hand | 15 |\n", out.String())
}
