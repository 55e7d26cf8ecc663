//go:build init

package main

var early = []int32{1, 2, 3, 4, 5, 6, 7, 8}
var result int32

func init()                      { result = productWide(&early[0], len(early)) }
func other(values []int32) int32 { return result + productPlain(values) }
