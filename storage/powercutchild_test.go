package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"packbench/fulfillment"
	"packbench/fulfillment/station"
)

// cutDirEnv tells the test binary to be a station that works in this folder until its work is done.
const cutDirEnv = "PACKBENCH_TEST_CUT_DIR"

// Numbers of what the child stores, each by a goroutine of its own.
const (
	cutScans, cutSettings, cutPulls = 60, 40, 8
	cutOrders                       = 20
)

// cutChild scans, keeps a setting and pulls orders side by side, while the log is folded. After each call that has returned it says so in
// a file beside the folder: what it says is what a power cut must not take.
func cutChild(ctx context.Context, dir string) error {
	marker, err := os.Create(dir + ".said")
	if err != nil {
		return err
	}
	defer marker.Close()
	s, err := Open(ctx, dir, Options{Station: "PACK-01", Market: "US", noGrow: true})
	if err != nil {
		return err
	}
	orders := make([]fulfillment.Order, cutOrders)
	for i := range orders {
		orders[i] = testOrder(fmt.Sprint(1000+i), "MUG", "MUG", "TEE")
	}
	folding, stop := context.WithCancel(ctx)
	var fold sync.WaitGroup
	fold.Go(func() { _ = s.RunCheckpoints(folding) })
	ended := make(chan error, 3)
	work := func(what string, n int, do func(int) error) {
		for i := 1; i <= n; i++ {
			if err := do(i); err != nil {
				ended <- fmt.Errorf("%s %d: %w", what, i, err)
				return
			}
			if _, err := fmt.Fprintf(marker, "%s %d\n", what, i); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}
	go work("scans", cutScans, func(i int) error {
		time.Sleep(time.Millisecond) // others come between
		return s.Record(ctx, station.Commit{Station: "PACK-01", At: t0, Events: []fulfillment.EventDraft{{Kind: fulfillment.EventItemScanned, OrderID: "1000", Body: map[string]int{"n": i}}}})
	})
	go work("setting", cutSettings, func(i int) error { return s.SetSetting(ctx, "n", fmt.Sprint(i)) })
	go work("pulls", cutPulls, func(i int) error {
		for j := range orders {
			orders[j].UpdatedAt, orders[j].BuyerMessage = orders[j].UpdatedAt.Add(time.Second), fmt.Sprint(i)
		}
		_, err := s.ApplyPulled(ctx, "shop", orders, t0.Add(time.Duration(i)*time.Hour))
		return err
	})
	err = errors.Join(<-ended, <-ended, <-ended)
	stop()
	fold.Wait()
	return errors.Join(err, s.Close())
}
