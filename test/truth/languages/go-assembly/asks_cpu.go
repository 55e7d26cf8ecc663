//go:build !vector

package main

var has = hasWide()
