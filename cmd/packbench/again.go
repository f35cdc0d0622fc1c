package main

import (
	"context"
	"fmt"
	"os"
)

// startAgain closes the window; everything stops in order, and the program begins anew from the disk.
func (a *app) startAgain() {
	a.again.Store(true)
	a.window.Close()
}

// runWindow opens the station's window and works until it is closed.
func runWindow(ctx context.Context, c *call) error {
	again, err := openWindow(ctx, c)
	if err != nil || !again || ctx.Err() != nil {
		return err
	}
	program, err := os.Executable()
	if err == nil {
		err = runAgain(program)
	}
	if err != nil {
		return fmt.Errorf("start again: %w; start Packbench by hand", err)
	}
	return nil
}
