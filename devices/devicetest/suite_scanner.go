package devicetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"packbench/devices"
	"packbench/fulfillment"
)

// ScannerEnd is the scanner's side of a transport, with its framing.
type ScannerEnd interface {
	Scan(code string) error
	Unplug() error
	Plug() error
}

// RunScannerDriver is a driver's Run with what its constructor is given.
type RunScannerDriver func(ctx context.Context, out func(context.Context, fulfillment.Scan) error, report devices.Report) error

// RunScanner is what every scanner transport must do. open makes a scanner that is plugged in, and its driver, not running.
func RunScanner(t *testing.T, open func(t *testing.T) (ScannerEnd, RunScannerDriver)) {
	tests := []struct {
		name string
		run  func(t *testing.T, end ScannerEnd, drive RunScannerDriver)
	}{
		{"gives every code once and in order", scannerOrder},
		{"loses nothing while the station is slow", scannerSlow},
		{"goes on when the station refuses a scan", scannerRefused},
		{"comes back after being unplugged", scannerReplug},
		{"waits for a scanner that is not there yet", scannerLate},
		{"a cable that is pulled while the scanner is opened", scannerPulled},
		{"stops while nothing is scanned", scannerStop},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			end, drive := open(t)
			tt.run(t, end, drive)
		})
	}
}

// scanning starts a driver and waits until it is ready.
func scanning(t *testing.T, drive RunScannerDriver) (*Inbox[fulfillment.Scan], *Inbox[devices.Health], func()) {
	t.Helper()
	scans, states := NewInbox[fulfillment.Scan](), NewInbox[devices.Health]()
	stop := start(t, "the scanner's Run", func(ctx context.Context) error {
		return drive(ctx, func(_ context.Context, s fulfillment.Scan) error { scans.Put(s); return nil }, states.Put)
	})
	return scans, states, stop
}

func scan(t *testing.T, end ScannerEnd, code string) {
	t.Helper()
	if err := end.Scan(code); err != nil {
		t.Fatal(err)
	}
}

func scannerOrder(t *testing.T, end ScannerEnd, drive RunScannerDriver) {
	scans, states, _ := scanning(t, drive)
	health(t, states, devices.Ready)
	codes := []string{"576461413038785752", "PB:UNDO", "420900019205590000000000\x1d12", "a", strings.Repeat("7", fulfillment.MaxScan)}
	for i := range 50 {
		codes = append(codes, fmt.Sprintf("SKU-%03d", i), "SAME")
	}
	seen := map[string]bool{}
	from := time.Now()
	for _, c := range codes {
		scan(t, end, c)
	}
	for i, want := range codes {
		s := scans.Take(t)
		if s.Code != want {
			t.Fatalf("code %d: got %q, want %q", i, s.Code, want)
		}
		id, err := uuid.Parse(s.ID)
		if err != nil || id.Version() != 7 || seen[s.ID] {
			t.Errorf("id %q: want a UUIDv7 of its own (%v)", s.ID, err)
		}
		seen[s.ID] = true
		if s.Device == "" || s.At.Before(from) || s.At.After(time.Now()) || s.At.Location() != time.UTC {
			t.Errorf("scan %+v: want the device and a moment in UTC", s)
		}
	}
	if n := len(scans.All()); n != len(codes) {
		t.Errorf("got %d scans, want %d", n, len(codes))
	}
}

func scannerSlow(t *testing.T, end ScannerEnd, drive RunScannerDriver) {
	scans := NewInbox[fulfillment.Scan]()
	go1 := make(chan struct{})
	start(t, "the scanner's Run", func(ctx context.Context) error {
		return drive(ctx, func(ctx context.Context, s fulfillment.Scan) error {
			select {
			case <-go1:
			case <-ctx.Done():
			}
			scans.Put(s)
			return nil
		}, func(devices.Health) {})
	})
	for i := range 60 {
		scan(t, end, fmt.Sprintf("WAIT-%02d", i))
	}
	close(go1)
	for i := range 60 {
		if s := scans.Take(t); s.Code != fmt.Sprintf("WAIT-%02d", i) {
			t.Fatalf("scan %d is %q", i, s.Code)
		}
	}
}

func scannerRefused(t *testing.T, end ScannerEnd, drive RunScannerDriver) {
	scans := NewInbox[string]()
	start(t, "the scanner's Run", func(ctx context.Context) error {
		return drive(ctx, func(_ context.Context, s fulfillment.Scan) error {
			scans.Put(s.Code)
			return fmt.Errorf("the station cannot take %s", s.Code)
		}, func(devices.Health) {})
	})
	scan(t, end, "ONE")
	scan(t, end, "TWO")
	if a, b := scans.Take(t), scans.Take(t); a != "ONE" || b != "TWO" {
		t.Errorf("got %q, %q", a, b)
	}
}

func scannerReplug(t *testing.T, end ScannerEnd, drive RunScannerDriver) {
	scans, states, _ := scanning(t, drive)
	health(t, states, devices.Ready)
	for i := range 3 {
		scan(t, end, fmt.Sprint("BEFORE-", i))
		scans.Until(t, "the scan before the unplug", func(s fulfillment.Scan) bool { return s.Code == fmt.Sprint("BEFORE-", i) })
		if err := end.Unplug(); err != nil {
			t.Fatal(err)
		}
		health(t, states, devices.Absent)
		if err := end.Scan("NOWHERE"); err == nil {
			t.Error("an unplugged scanner sent a code")
		}
		if err := end.Plug(); err != nil {
			t.Fatal(err)
		}
		health(t, states, devices.Ready)
	}
	scan(t, end, "AFTER")
	if s := scans.Take(t); s.Code != "AFTER" {
		t.Errorf("after the replug got %q", s.Code)
	}
}

func scannerPulled(t *testing.T, end ScannerEnd, drive RunScannerDriver) {
	pulled, can := end.(interface{ UnplugIn(moment string) })
	if !can {
		t.Skip("this way has no such moments")
	}
	for _, moment := range []string{"claim", "control"} {
		pulled.UnplugIn(moment)
		scans, states, stop := scanning(t, drive)
		if moment == "claim" {
			health(t, states, devices.Absent)
			if err := end.Plug(); err != nil {
				t.Fatal(err)
			}
		}
		// A scanner that is asked nothing while it is opened has only the first moment.
		h := states.Until(t, "an answer of the driver", func(h devices.Health) bool { return h.State == devices.Ready || moment == "control" })
		if h.State == devices.Absent {
			if err := end.Plug(); err != nil {
				t.Fatal(err)
			}
			health(t, states, devices.Ready)
		}
		pulled.UnplugIn("")
		scan(t, end, "AFTER-"+moment)
		if s := scans.Take(t); s.Code != "AFTER-"+moment {
			t.Errorf("got %q", s.Code)
		}
		stop()
	}
}

func scannerLate(t *testing.T, end ScannerEnd, drive RunScannerDriver) {
	if err := end.Unplug(); err != nil {
		t.Fatal(err)
	}
	scans, states, _ := scanning(t, drive)
	health(t, states, devices.Absent)
	if err := end.Plug(); err != nil {
		t.Fatal(err)
	}
	health(t, states, devices.Ready)
	scan(t, end, "LATE")
	if s := scans.Take(t); s.Code != "LATE" {
		t.Errorf("got %q", s.Code)
	}
}

func scannerStop(t *testing.T, _ ScannerEnd, drive RunScannerDriver) {
	_, states, stop := scanning(t, drive)
	health(t, states, devices.Ready)
	began := time.Now()
	stop()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %v", took)
	}
}
