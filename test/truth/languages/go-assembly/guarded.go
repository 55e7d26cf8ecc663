//go:build guarded

package main

func other(values []int32) int32 {
	if has {
		return productWide(&values[0], len(values))
	}
	return productPlain(values)
}
