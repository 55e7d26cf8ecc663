//go:build forced

package main

import "os"

var use bool

func init() { use = has }

func other(values []int32) int32 {
	if len(os.Args) > 0 {
		use = true
	}
	if use {
		return productWide(&values[0], len(values))
	}
	return productPlain(values)
}
