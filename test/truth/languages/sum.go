// What the compiler makes of counting bits, rounding and fused arithmetic hangs on GOAMD64.
package main

import (
	"math"
	"math/bits"
	"os"
	"strings"
)

func main() {
	ones, sum := 0, 0.0
	for i, arg := range append(os.Args, strings.Repeat("argument ", 100)) {
		for _, char := range arg {
			ones += bits.OnesCount64(uint64(char) * 0x9e3779b97f4a7c15)
			sum = math.FMA(math.Floor(float64(char)*1.5), float64(i+1), sum)
			ones += bits.TrailingZeros32(uint32(ones) &^ 1)
		}
	}
	if strings.Index(strings.Join(os.Args, " ")+"needle", "needle") < 0 || ones == 0 || sum == 0 {
		os.Exit(1)
	}
	println("ok")
}
