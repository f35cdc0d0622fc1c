package devices_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"packbench/devices"
)

var noTime = cmpopts.IgnoreFields(devices.Health{}, "At")

func TestBoardTellsChangesOnce(t *testing.T) {
	var b devices.Board
	a := devices.Health{Kind: devices.Printer, ID: "p", State: devices.Absent, Text: "off"}
	b.Report(a)
	var got []devices.Health
	stop := b.OnChange(func(h devices.Health) { got = append(got, h); b.Snapshot() })
	b.Report(a)
	r := a
	r.State, r.Text = devices.Ready, "Ready."
	b.Report(r)
	s := devices.Health{Kind: devices.Scanner, ID: "z", State: devices.Ready}
	b.Report(s)
	if diff := cmp.Diff([]devices.Health{a, r, s}, got, noTime); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]devices.Health{s, r}, b.Snapshot(), noTime); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
	b.Forget(devices.Scanner, "z")
	if last := got[len(got)-1]; last.ID != "z" || last.State != devices.Absent {
		t.Errorf("after Forget the watcher last heard %+v", last)
	}
	stop()
	n := len(got)
	b.Report(a)
	if len(got) != n {
		t.Error("a watcher that has stopped was told")
	}
	for _, h := range b.Snapshot() {
		if h.At.IsZero() {
			t.Error("a health without a time")
		}
	}
}

// The last thing a watcher hears of a device must be what the board shows, whoever reports at once.
func TestBoardConcurrentReportsEndAlike(t *testing.T) {
	var b devices.Board
	last := map[string]devices.Health{}
	defer b.OnChange(func(h devices.Health) { last[h.ID] = h })()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 200 {
				b.Report(devices.Health{Kind: devices.Scale, ID: fmt.Sprint(i % 3), State: devices.Ready, Text: fmt.Sprint(w, i)})
			}
		})
	}
	wg.Wait()
	for _, h := range b.Snapshot() {
		if diff := cmp.Diff(h, last[h.ID], noTime); diff != "" {
			t.Errorf("watcher and board differ (-board +watcher):\n%s", diff)
		}
	}
}
