package main

import (
	"context"
	"time"

	"packbench/devices"
)

// soundKind is on the Equipment screen and in `packbench devices` only while there is no sound.
const soundKind devices.Kind = "sound"

const soundLook = 2 * time.Second

// watchSound tells once that there is no sound; a card that failed is not tried again before the next start.
func watchSound(ctx context.Context, health func() string, report devices.Report) error {
	t := time.NewTicker(soundLook)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if text := health(); text != "" {
				report(devices.Health{Kind: soundKind, ID: "sound", State: devices.Attention, Text: text, At: time.Now()})
				return nil
			}
		case <-ctx.Done():
			return nil
		}
	}
}
