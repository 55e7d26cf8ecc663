//go:build given

package main

var product = func(values []int32) int32 { return productPlain(values) }

//go:noinline
func choose(wide bool) {
	if wide {
		product = func(values []int32) int32 { return productWide(&values[0], len(values)) }
	}
}

func init() { choose(has) }

//go:noinline
func again(n int) { choose(n > 3) }

func other(values []int32) int32 {
	again(len(values))
	return product(values)
}
