package main

import (
	"os"
	"os/exec"
)

// runAgain starts the program beside this one, which is about to end.
func runAgain(program string) error {
	cmd := exec.Command(program, os.Args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Start()
}
