//go:build unix

package main

const canQuit = true
