// What Go's compiler and its library use beyond the lowest level of most machines.
package main

import (
	"crypto/aes"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"math"
	"math/bits"
	"os"
	"sync/atomic"
)

func main() {
	var counter int64
	atomic.AddInt64(&counter, int64(len(os.Args)))
	number := float64(counter)
	block := make([]byte, 16)
	cipher, _ := aes.NewCipher(block)
	cipher.Encrypt(block, block)
	fmt.Println(bits.OnesCount64(uint64(counter)), bits.TrailingZeros(uint(counter*77)), bits.ReverseBytes32(uint32(counter)))
	fmt.Println(math.FMA(number, 2, 3), math.Floor(number/3), math.Sqrt(number), 1000/counter)
	fmt.Println(sha1.Sum(block), sha256.Sum256(block))
}
