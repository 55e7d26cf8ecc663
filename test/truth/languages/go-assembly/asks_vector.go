//go:build vector

package main

import (
	"encoding/binary"
	"os"
)

var hwcap uint64
var has bool

// What programs do that cannot ask the runtime: golang.org/x/sys/cpu, klauspost/cpuid.
func init() {
	vector, _ := os.ReadFile("/proc/self/auxv")
	for ; len(vector) >= 16; vector = vector[16:] {
		tag, value := binary.LittleEndian.Uint64(vector), binary.LittleEndian.Uint64(vector[8:])
		switch tag {
		case 16:
			hwcap = value
		}
	}
	has = hwcap&(1<<20) != 0
}
