//go:build unix

package scale_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"packbench/devices"
	"packbench/devices/devicetest"
	"packbench/devices/scale"
	"packbench/fulfillment"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

func newEnd(t testing.TB) *devicetest.Scale {
	t.Helper()
	end, err := devicetest.NewScale("")
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the virtual scale", end.Run)
	return end
}

func TestSICS(t *testing.T) {
	for name, pieces := range map[string]bool{"whole answers": false, "byte by byte": true} {
		t.Run(name, func(t *testing.T) {
			devicetest.RunScale(t, func(t *testing.T) (devicetest.ScaleEnd, devicetest.RunScaleDriver) {
				end := newEnd(t)
				end.InPieces(pieces)
				return end, func(ctx context.Context, out func(context.Context, fulfillment.Weight) error, report devices.Report) error {
					cfg := scale.SICSConfig{Port: end.Path(), Interval: 20 * time.Millisecond, Heartbeat: 200 * time.Millisecond, Silence: 500 * time.Millisecond}
					return scale.NewSICS(cfg, out, report, quiet).Run(ctx)
				}
			})
		})
	}
}

// Scales that are asked W, on real ptys.
func TestOtherProtocols(t *testing.T) {
	for _, tt := range []struct {
		protocol scale.Protocol
		unit     string
		end      func(string) (*devicetest.Scale, error)
	}{{scale.ProtocolNCI, "", devicetest.NewNCIScale}, {scale.ProtocolToledo, "kg", devicetest.NewToledoScale}} {
		for name, pieces := range map[string]bool{"whole answers": false, "byte by byte": true} {
			t.Run(string(tt.protocol)+" "+name, func(t *testing.T) {
				devicetest.RunScale(t, func(t *testing.T) (devicetest.ScaleEnd, devicetest.RunScaleDriver) {
					end, err := tt.end("")
					if err != nil {
						t.Fatal(err)
					}
					devicetest.Start(t, "the virtual scale", end.Run)
					end.InPieces(pieces)
					return end, func(ctx context.Context, out func(context.Context, fulfillment.Weight) error, report devices.Report) error {
						s, err := scale.NewSerial(scale.SerialConfig{Port: end.Path(), Protocol: tt.protocol, Unit: tt.unit,
							Interval: 20 * time.Millisecond, Heartbeat: 200 * time.Millisecond, Silence: 500 * time.Millisecond}, out, report, quiet)
						if err != nil {
							return err
						}
						return s.Run(ctx)
					}
				})
			})
		}
	}
}

// A scale that speaks another protocol than is set is named, and gives no weight.
func TestTheWrongProtocolIsSaid(t *testing.T) {
	end, err := devicetest.NewNCIScale("")
	if err != nil {
		t.Fatal(err)
	}
	devicetest.Start(t, "the virtual scale", end.Run)
	states := devicetest.NewInbox[devices.Health]()
	s := scale.NewSICS(scale.SICSConfig{Port: end.Path(), Interval: 10 * time.Millisecond, Silence: 300 * time.Millisecond},
		func(_ context.Context, w fulfillment.Weight) error { t.Errorf("weight %+v", w); return nil }, states.Put, quiet)
	devicetest.Start(t, "Run", s.Run)
	states.Until(t, "the right words", func(h devices.Health) bool {
		return h.State == devices.Attention && strings.Contains(h.Text, "Set it to MT-SICS")
	})
}

// A scale that is busy is not in trouble, and one that says nonsense is not silent but wrong.
func TestBusyAndNonsense(t *testing.T) {
	end := newEnd(t)
	end.Busy()
	states := devicetest.NewInbox[devices.Health]()
	s := scale.NewSICS(scale.SICSConfig{Port: end.Path(), Interval: 10 * time.Millisecond, Silence: 300 * time.Millisecond},
		func(_ context.Context, w fulfillment.Weight) error { t.Errorf("weight %+v", w); return nil }, states.Put, quiet)
	devicetest.Start(t, "Run", s.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	end.Silent(true)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	devicetest.Start(t, "noise", func(stop context.Context) error {
		for ctx.Err() == nil && stop.Err() == nil {
			if err := end.Send([]byte(" 12.34LB\r\n")); err != nil {
				return err
			}
			time.Sleep(20 * time.Millisecond)
		}
		return nil
	})
	states.Until(t, "attention", func(h devices.Health) bool {
		return h.State == devices.Attention && strings.Contains(h.Text, "MT-SICS")
	})
}

// A far end that takes no byte must not hold the driver: neither while it runs nor when it is told to stop. Start fails the
// test if it does not stop.
func TestALineThatIsFullDoesNotHoldTheDriver(t *testing.T) {
	end, err := devicetest.NewScale("") // not running: nobody reads the questions
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	line, err := os.OpenFile(end.Path(), os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if err := line.SetWriteDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
		t.Skip("this system's ptys take no deadline:", err)
	}
	for err == nil {
		_, err = line.Write(make([]byte, 1024))
	}
	states := devicetest.NewInbox[devices.Health]()
	s := scale.NewSICS(scale.SICSConfig{Port: end.Path(), Silence: 200 * time.Millisecond}, nil, states.Put, quiet)
	stop := devicetest.Start(t, "Run", s.Run)
	states.Until(t, "silence", func(h devices.Health) bool { return strings.Contains(h.Text, "does not answer") })
	stop()
}
