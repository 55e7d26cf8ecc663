//go:build cases

package main

func other(values []int32) int32 {
	switch values[7] % 5 {
	case 0:
		return productPlain(values[:8])
	case 2:
		return sumPlain(values)
	case 3:
		return sumPlain(values[3:])
	default:
		return productWide(&values[0], len(values))
	}
}
