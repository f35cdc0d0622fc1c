package devicetest

import (
	"context"
	"testing"
	"time"

	"packbench/devices"
)

// CameraDriver is what the station and the program need of a camera.
type CameraDriver interface {
	Run(ctx context.Context) error
	Name() string
	Latest() (jpeg []byte, at time.Time, seq uint64)
	Snapshot(ctx context.Context) (jpeg []byte, at time.Time, err error)
}

// CameraEnd is the camera's side of a transport. Its pictures must be readable by ReadFrame.
type CameraEnd interface {
	On() error
	Off()
	Stall(on bool)
	Viewers() int
}

// RunCamera is what every camera transport must do. open makes a camera that is switched on, and its driver, not running.
func RunCamera(t *testing.T, open func(t *testing.T, report devices.Report) (CameraEnd, CameraDriver)) {
	tests := []struct {
		name string
		run  func(t *testing.T, end CameraEnd, drv CameraDriver, states *Inbox[devices.Health])
	}{
		{"takes pictures that were drawn after the call", cameraFresh},
		{"says when the camera stalls and goes on by itself", cameraStall},
		{"comes back after being switched off", cameraOff},
		{"fails in words when no picture comes in time", cameraLate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			states := NewInbox[devices.Health]()
			end, drv := open(t, states.Put)
			stop := start(t, "the camera's Run", drv.Run)
			health(t, states, devices.Ready)
			tt.run(t, end, drv, states)
			stop()
			eventually(t, "the connection to be closed", func() bool { return end.Viewers() == 0 })
		})
	}
}

// snap takes a picture and checks that it was drawn after the call.
func snap(t *testing.T, drv CameraDriver) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	call := time.Now()
	pic, at, err := drv.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	seq, drawn, ok := ReadFrame(pic)
	if !ok {
		t.Fatalf("%d bytes that are not a picture of the camera", len(pic))
	}
	// The camera draws just before it sends, so what began to arrive after the call may have been drawn a little before.
	if at.Before(call) || drawn.Before(call.Add(-drawTime)) {
		t.Errorf("asked at %v, got a picture of %v drawn at %v", call, at, drawn)
	}
	return seq
}

// drawTime is how long the virtual camera may take to draw and code one picture on a busy machine.
const drawTime = 60 * time.Millisecond

func cameraFresh(t *testing.T, _ CameraEnd, drv CameraDriver, _ *Inbox[devices.Health]) {
	if drv.Name() == "" {
		t.Error("a camera without a name")
	}
	last := 0
	for range 10 {
		seq := snap(t, drv)
		if seq <= last {
			t.Errorf("picture %d after picture %d", seq, last)
		}
		last = seq
	}
	if pic, at, seq := drv.Latest(); len(pic) == 0 || at.IsZero() || seq == 0 {
		t.Error("no latest picture")
	}
}

func cameraStall(t *testing.T, end CameraEnd, drv CameraDriver, states *Inbox[devices.Health]) {
	end.Stall(true)
	health(t, states, devices.Attention)
	if _, _, err := drv.Snapshot(t.Context()); err == nil {
		t.Error("a picture of a camera that stalls")
	}
	end.Stall(false)
	health(t, states, devices.Ready)
	snap(t, drv)
}

func cameraOff(t *testing.T, end CameraEnd, drv CameraDriver, states *Inbox[devices.Health]) {
	end.Off()
	health(t, states, devices.Absent)
	if _, _, err := drv.Snapshot(t.Context()); err == nil {
		t.Error("a picture of a camera that is off")
	}
	if err := end.On(); err != nil {
		t.Fatal(err)
	}
	health(t, states, devices.Ready)
	snap(t, drv)
}

func cameraLate(t *testing.T, end CameraEnd, drv CameraDriver, _ *Inbox[devices.Health]) {
	end.Stall(true)
	time.Sleep(2 * drawTime) // a picture under way arrives
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if pic, _, err := drv.Snapshot(ctx); err == nil {
		t.Errorf("%d bytes from a camera that sends nothing", len(pic))
	}
}
