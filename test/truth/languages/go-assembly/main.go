// A kernel in assembly that is called behind a check, and another one that is called in a way which is built in by a tag.
package main

import (
	"fmt"
	"os"
)

func hasWide() bool // asks CPUID, or an ID register
func sumWide(values *int32, count int) int32
func productWide(values *int32, count int) int32

//go:noinline
func sumPlain(values []int32) (sum int32) {
	for _, value := range values {
		sum += value
	}
	return
}

//go:noinline
func productPlain(values []int32) int32 {
	product := int32(3)
	for _, value := range values {
		product *= value | 1
	}
	return product
}

func main() {
	values := make([]int32, 1024)
	for i := range values {
		values[i] = int32(i*7%13 + len(os.Args))
	}
	if has {
		fmt.Println(sumWide(&values[0], len(values)))
	} else {
		fmt.Println(sumPlain(values))
	}
	fmt.Println(other(values))
}
