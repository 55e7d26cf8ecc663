//go:build overrules

package main

const overrules = true
