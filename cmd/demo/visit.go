package main

import (
	"context"
	"fmt"
	"time"
)

// places are the middles of the buttons in the window's rail, at scale 1 (the autopilot sets FYNE_SCALE).
var places = map[string][2]int{"bench": {56, 56}, "handoff": {56, 156}, "orders": {56, 256}, "equipment": {56, 356}}

// visit goes to a screen of the program and takes a picture.
func (p *packer) visit(ctx context.Context, name string) error {
	at, ok := places[name]
	if !ok {
		return fmt.Errorf("no place to click for the screen %q", name)
	}
	if err := p.screen.click(ctx, at[0], at[1]); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.say.problem("going to the screen %s: %v", name, err)
		return nil
	}
	pause(ctx, time.Second) // lists are read in the background
	return p.shot(ctx, name)
}
