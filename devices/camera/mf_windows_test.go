package camera

import (
	"errors"
	"testing"
	"unsafe"

	"packbench/devices"
)

// TestMediaFoundation: the tables of methods are those of this system, as far as that shows without a camera: an attribute that was
// set is read back, one that was not is an error, and the cameras can be listed.
func TestMediaFoundation(t *testing.T) {
	err := withFoundation(func() error {
		var o *object
		if err := call(mfAttributes, uintptr(unsafe.Pointer(&o)), 1); err != nil {
			return err
		}
		defer o.release()
		var got guid
		if err := o.call(attributesGetGUID, uintptr(unsafe.Pointer(&sourceType)), uintptr(unsafe.Pointer(&got))); err == nil {
			t.Error("an attribute that was not set is there")
		}
		if err := o.call(attributesSetGUID, uintptr(unsafe.Pointer(&sourceType)), uintptr(unsafe.Pointer(&sourceVideo))); err != nil {
			t.Error(err)
		}
		if err := o.call(attributesGetGUID, uintptr(unsafe.Pointer(&sourceType)), uintptr(unsafe.Pointer(&got))); err != nil || got != sourceVideo {
			t.Errorf("%v, %v", got, err)
		}
		if s := o.text(sourceName); s != "" {
			t.Errorf("a name that was not set: %q", s)
		}
		return sources(func(*object) bool { return true })
	})
	if errors.Is(err, devices.ErrUnsupported) {
		t.Skip("this Windows has no Media Foundation:", err)
	}
	if err != nil {
		t.Error(err)
	}
	for _, c := range List() {
		t.Logf("%+v, sizes %v", c, Sizes(c.Device))
	}
	if got := Sizes("ffff:ffff"); got != nil {
		t.Errorf("sizes of no camera: %v", got)
	}
}
