//go:build branches || overrules

package main

import "os"

// what assembly finds out by branches, and returns on the stack
func branchesOnAVX2() bool

var found = branchesOnAVX2()

//go:noinline
func other(values []int32) int32 {
	if overrules && len(os.Args) > 0 {
		found = true
	}
	if found {
		return productWide(&values[0], len(values))
	}
	return productPlain(values)
}
