package camera_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/devices"
	"packbench/devices/camera"
	"packbench/devices/devicetest"
)

func inKernel(t *testing.T) {
	t.Helper()
	if os.Getenv("PACKBENCH_USB") != "kernel" {
		t.Skip("cameras through the kernel are tested with PACKBENCH_USB=kernel, as root, on a computer of its own with vhci-hcd and uvcvideo loaded")
	}
	if err := devicetest.KernelUSB(); err != nil {
		t.Fatal(err)
	}
}

func kernelCamera(t *testing.T) *devicetest.KernelCamera {
	t.Helper()
	end, err := devicetest.NewKernelCamera(devicetest.CameraConfig{Width: 160, Height: 120, FPS: 10})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end.Close)
	return end
}

func v4l2(end *devicetest.KernelCamera, report devices.Report) *camera.V4L2 {
	return camera.NewV4L2(camera.V4L2Config{Name: "dock", Device: end.ID().String()}, report, quiet)
}

// The camera suite with the system's own driver for USB cameras between.
func TestUVCThroughTheKernel(t *testing.T) {
	inKernel(t)
	devicetest.RunCamera(t, func(t *testing.T, report devices.Report) (devicetest.CameraEnd, devicetest.CameraDriver) {
		end := kernelCamera(t)
		return end, v4l2(end, report)
	})
}

// What the camera sends is what is kept, byte for byte.
func TestUVCPicturesAreUntouchedByTheKernel(t *testing.T) {
	inKernel(t)
	end := kernelCamera(t)
	states := devicetest.NewInbox[devices.Health]()
	d := v4l2(end, states.Put)
	devicetest.Start(t, "Run", d.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	for range 20 {
		pic, _, err := d.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		seq, _, ok := devicetest.ReadFrame(pic)
		if want := end.Sent(seq); !ok || !bytes.Equal(pic, want) {
			t.Fatalf("picture %d: %d bytes, sent were %d", seq, len(pic), len(want))
		}
	}
}

// The path of the camera's other node, a program that has the camera, and a camera that comes back under another path.
func TestTwoNodesBusyAndBackInTheKernel(t *testing.T) {
	inKernel(t)
	end := kernelCamera(t)
	path, err := end.Node(1) // data about the pictures
	if err != nil {
		t.Fatal(err)
	}
	first, second := devicetest.NewInbox[devices.Health](), devicetest.NewInbox[devices.Health]()
	a := camera.NewV4L2(camera.V4L2Config{Name: "dock", Device: path}, first.Put, quiet)
	devicetest.Start(t, "the first", a.Run)
	first.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	b := v4l2(end, second.Put)
	stop := devicetest.Start(t, "the second", b.Run)
	second.Until(t, "busy", func(h devices.Health) bool {
		return h.State == devices.Attention && strings.Contains(h.Text, "Another program")
	})
	stop()
	// Something else holds the old path, so that the camera comes back under another.
	node, err := end.Node(0)
	if err != nil {
		t.Fatal(err)
	}
	hold, err := os.Open(node)
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	end.Off()
	first.Until(t, "absent", func(h devices.Health) bool { return h.State == devices.Absent && strings.Contains(h.Text, "unplugged") })
	if err := end.On(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	first.Until(t, "ready again", func(h devices.Health) bool { return h.State == devices.Ready })
	if now, err := end.Node(0); err != nil || now == node {
		t.Errorf("the camera came back as %s, %v; the test wants another path than %s", now, err, node)
	}
	t.Logf("back after %v", time.Since(began))
}

// The kernel's own virtual camera has YUYV only.
func TestYUYVThroughTheKernel(t *testing.T) {
	inKernel(t)
	names, err := filepath.Glob("/sys/class/video4linux/video*/name")
	if err != nil {
		t.Fatal(err)
	}
	device := ""
	for _, n := range names {
		if b, err := os.ReadFile(n); err == nil && strings.HasPrefix(string(b), "vivid") {
			device = "/dev/" + filepath.Base(filepath.Dir(n))
		}
	}
	if device == "" {
		t.Fatal("the kernel has no virtual camera (module vivid)")
	}
	half, err := camera.NewCrop(0, 0, 500, 1000)
	if err != nil {
		t.Fatal(err)
	}
	states := devicetest.NewInbox[devices.Health]()
	d := camera.NewV4L2(camera.V4L2Config{Name: "dock", Device: device, Width: 320, Height: 180, Crop: half}, states.Put, quiet)
	devicetest.Start(t, "Run", d.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	ctx, cancel := context.WithTimeout(t.Context(), devicetest.Patience)
	defer cancel()
	pic, _, err := d.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(pic))
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds().Size(); got != (image.Point{X: 160, Y: 180}) {
		t.Fatalf("%v dots, want half of 320×180", got)
	}
	colours := map[uint32]bool{} // vivid shows bars of colours
	for x := 2; x < 160; x += 4 {
		r, g, b, _ := img.At(x, 20).RGBA()
		colours[r>>14<<4|g>>14<<2|b>>14] = true
	}
	if len(colours) < 3 {
		t.Errorf("%d colours in a picture of colour bars", len(colours))
	}
}

// What a camera offers is asked of it while its driver reads it, and does not disturb it.
func TestSizesThroughTheKernel(t *testing.T) {
	inKernel(t)
	end := kernelCamera(t)
	states := devicetest.NewInbox[devices.Health]()
	d := v4l2(end, states.Put)
	devicetest.Start(t, "Run", d.Run)
	states.Until(t, "ready", func(h devices.Health) bool { return h.State == devices.Ready })
	if got := camera.Sizes(end.ID().String()); len(got) != 1 || got[0] != image.Pt(160, 120) {
		t.Errorf("sizes %v, the camera has 160×120", got)
	}
	if _, _, err := d.Snapshot(t.Context()); err != nil {
		t.Errorf("a picture after the question: %v", err)
	}
}
