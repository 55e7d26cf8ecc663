//go:build direct

package main

func other(values []int32) int32 { return productWide(&values[0], len(values)) }
