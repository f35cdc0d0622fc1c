package main

import (
	"context"
	"fmt"
)

// places are where a click in the window's navigation leads to another screen, in the window as find sets it up.
var places = map[string][2]int{}

// visit goes to a screen of the program, takes a picture and comes back to the dock.
func (p *packer) visit(ctx context.Context, name string) error {
	at, ok := places[name]
	if !ok {
		return fmt.Errorf("no place to click for the screen %q", name)
	}
	if err := p.screen.click(ctx, at[0], at[1]); err != nil {
		p.say.problem("going to the screen %s: %v", name, err)
		return nil
	}
	return p.shot(ctx, name)
}
