//go:build counted

package main

func other(values []int32) int32 {
	large := 0
	for _, value := range values {
		if value > 4 {
			large++
		}
	}
	if large > 10 {
		return productWide(&values[0], len(values))
	}
	return productPlain(values)
}
