//go:build value

package main

var kernels = map[string]func(values []int32) int32{"plain": productPlain, "wide": func(values []int32) int32 { return productWide(&values[0], len(values)) }}

func other(values []int32) (result int32) {
	for _, name := range []string{"plain", "wide"} {
		result ^= kernels[name](values)
	}
	return
}
