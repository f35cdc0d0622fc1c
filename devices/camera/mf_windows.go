package camera

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"packbench/devices"
)

// Media Foundation, called without C: objects of COM by the place of a method in their table. Places and names are those of the
// system's headers (mfobjects.h, mfidl.h, mfreadwrite.h).

type guid struct {
	a    uint32
	b, c uint16
	d    [8]byte
}

var (
	sourceType     = guid{0xc60ac5fe, 0x252a, 0x478f, [8]byte{0xa0, 0xef, 0xbc, 0x8f, 0xa5, 0xf7, 0xca, 0xd3}} // MF_DEVSOURCE_ATTRIBUTE_SOURCE_TYPE
	sourceVideo    = guid{0x8ac3587a, 0x4ae7, 0x42d8, [8]byte{0x99, 0xe0, 0x0a, 0x60, 0x13, 0xee, 0xf9, 0x0f}} // …_VIDCAP_GUID
	sourceName     = guid{0x60d0e559, 0x52f8, 0x4fa2, [8]byte{0xbb, 0xce, 0xac, 0xdb, 0x34, 0xa8, 0xec, 0x01}} // MF_DEVSOURCE_ATTRIBUTE_FRIENDLY_NAME
	sourceLink     = guid{0x58f0aad8, 0x22bf, 0x4f8a, [8]byte{0xbb, 0x3d, 0xd2, 0xc4, 0x97, 0x8c, 0x6e, 0x2f}} // …_VIDCAP_SYMBOLIC_LINK
	mediaSubtype   = guid{0xf7e34c9a, 0x42e8, 0x4714, [8]byte{0xb7, 0x4b, 0xcb, 0x29, 0xd7, 0x2c, 0x35, 0xe5}} // MF_MT_SUBTYPE
	mediaFrameSize = guid{0x1652c33d, 0xd6b2, 0x4012, [8]byte{0xb8, 0x34, 0x72, 0x03, 0x08, 0x49, 0xa3, 0x7d}} // MF_MT_FRAME_SIZE
	iidMediaSource = guid{0x279a808d, 0xaec7, 0x40c8, [8]byte{0x9c, 0x6b, 0xa6, 0xb4, 0x92, 0xc7, 0x8a, 0x66}} // IID_IMFMediaSource
	formatMJPG     = videoFormat('M', 'J', 'P', 'G')
	formatYUY2     = videoFormat('Y', 'U', 'Y', '2')
)

// videoFormat is MFVideoFormat_Base with a FourCC (mfapi.h).
func videoFormat(a, b, c, d uint32) guid {
	return guid{a | b<<8 | c<<16 | d<<24, 0, 0x10, [8]byte{0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71}}
}

// Places of methods.
const (
	comRelease = 2

	attributesGetUINT64 = 8 // IMFAttributes
	attributesGetGUID   = 10
	attributesGetString = 13 // GetAllocatedString
	attributesSetGUID   = 24

	activateObject = 33 // IMFActivate
	sourceShutdown = 12 // IMFMediaSource

	readerNativeType = 5 // IMFSourceReader
	readerSetType    = 7
	readerReadSample = 9

	sampleContiguous = 41 // IMFSample
	bufferLock       = 3  // IMFMediaBuffer
	bufferUnlock     = 4
)

// object is an object of COM; nil is none.
type object struct{ methods *[64]uintptr }

// call calls a method. What the arguments point to must not move meanwhile, which the directive sees to.
//
//go:uintptrescapes
func (o *object) call(method int, args ...uintptr) error {
	hr, _, _ := syscall.SyscallN(o.methods[method], append([]uintptr{uintptr(unsafe.Pointer(o))}, args...)...)
	return result(hr)
}

func (o *object) release() {
	if o != nil {
		_, _, _ = syscall.SyscallN(o.methods[comRelease], uintptr(unsafe.Pointer(o)))
	}
}

// hresult is a failure as Windows numbers it (winerror.h, mferror.h).
type hresult uint32

func (h hresult) Error() string { return fmt.Sprintf("error 0x%08x of Windows", uint32(h)) }

const (
	hrDenied      hresult = 0x80070005 // E_ACCESSDENIED: also the switch for cameras in the privacy settings
	hrBusy        hresult = 0x800700aa // ERROR_BUSY
	hrShared      hresult = 0x80070020 // ERROR_SHARING_VIOLATION
	hrStarted     hresult = 0xc00d3704 // MF_E_HW_MFT_FAILED_START_STREAMING: as a rule another program has it
	hrPreempted   hresult = 0xc00d3ea3 // MF_E_VIDEO_RECORDING_DEVICE_PREEMPTED
	hrInvalidated hresult = 0xc00d3ea2 // MF_E_VIDEO_RECORDING_DEVICE_INVALIDATED
	hrShutdown    hresult = 0xc00d3e85 // MF_E_SHUTDOWN
	hrNoMoreTypes hresult = 0xc00d36b9 // MF_E_NO_MORE_TYPES
	hrGone        hresult = 0x80070002 // ERROR_FILE_NOT_FOUND
	hrNotReady    hresult = 0x8007001f // ERROR_GEN_FAILURE
)

func result(hr uintptr) error {
	if int32(hr) >= 0 { // #nosec G115 -- the sign is the meaning
		return nil
	}
	h := hresult(hr)
	switch h {
	case hrDenied:
		return fmt.Errorf("%w: %w", devices.ErrDenied, h)
	case hrBusy, hrShared, hrStarted, hrPreempted:
		return fmt.Errorf("%w: %w", devices.ErrBusy, h)
	case hrInvalidated, hrNotReady:
		return fmt.Errorf("%w: %w", devices.ErrUnplugged, h)
	case hrGone:
		return fmt.Errorf("%w: %w", devices.ErrAbsent, h)
	}
	return h
}

var (
	ole32         = syscall.NewLazyDLL("ole32.dll")
	mfplat        = syscall.NewLazyDLL("mfplat.dll")
	mf            = syscall.NewLazyDLL("mf.dll")
	mfreadwrite   = syscall.NewLazyDLL("mfreadwrite.dll")
	coInitialize  = ole32.NewProc("CoInitializeEx")
	coUninit      = ole32.NewProc("CoUninitialize")
	coFree        = ole32.NewProc("CoTaskMemFree")
	mfStartup     = mfplat.NewProc("MFStartup")
	mfShutdown    = mfplat.NewProc("MFShutdown")
	mfAttributes  = mfplat.NewProc("MFCreateAttributes")
	mfEnumSources = mf.NewProc("MFEnumDeviceSources")
	mfNewReader   = mfreadwrite.NewProc("MFCreateSourceReaderFromMediaSource")
)

// call calls a function that may not be there: editions of Windows without media features have no Media Foundation.
//
//go:uintptrescapes
func call(p *syscall.LazyProc, args ...uintptr) error {
	if err := p.Find(); err != nil {
		return fmt.Errorf("%w: %w", devices.ErrUnsupported, err)
	}
	hr, _, _ := p.Call(args...)
	return result(hr)
}

// withFoundation runs f on a thread on which Media Foundation works.
func withFoundation(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const multithreaded, version = 0, 2<<16 | 0x70
	if err := call(coInitialize, 0, multithreaded); err != nil {
		return fmt.Errorf("start COM: %w", err)
	}
	defer func() { _, _, _ = coUninit.Call() }()
	if err := call(mfStartup, version, 0); err != nil {
		return fmt.Errorf("start Media Foundation: %w", err)
	}
	defer func() { _, _, _ = mfShutdown.Call() }()
	return f()
}

// sources calls f with each camera that is plugged in, until it returns false.
func sources(f func(*object) bool) error {
	var want, activate *object
	if err := call(mfAttributes, uintptr(unsafe.Pointer(&want)), 1); err != nil {
		return fmt.Errorf("list cameras: %w", err)
	}
	defer want.release()
	if err := want.call(attributesSetGUID, uintptr(unsafe.Pointer(&sourceType)), uintptr(unsafe.Pointer(&sourceVideo))); err != nil {
		return fmt.Errorf("list cameras: %w", err)
	}
	var list **object
	var n uint32
	if err := call(mfEnumSources, uintptr(unsafe.Pointer(want)), uintptr(unsafe.Pointer(&list)), uintptr(unsafe.Pointer(&n))); err != nil {
		return fmt.Errorf("list cameras: %w", err)
	}
	if n == 0 {
		return nil
	}
	defer func() { _, _, _ = coFree.Call(uintptr(unsafe.Pointer(list))) }()
	more := true
	for _, activate = range unsafe.Slice(list, n) {
		if more {
			more = f(activate)
		}
		activate.release()
	}
	return nil
}

// text is one attribute; empty where there is none.
func (o *object) text(key guid) string {
	var w *uint16
	var n uint32
	if o.call(attributesGetString, uintptr(unsafe.Pointer(&key)), uintptr(unsafe.Pointer(&w)), uintptr(unsafe.Pointer(&n))) != nil || w == nil {
		return ""
	}
	defer func() { _, _, _ = coFree.Call(uintptr(unsafe.Pointer(w))) }()
	return syscall.UTF16ToString(unsafe.Slice(w, n))
}

// firstVideo is MF_SOURCE_READER_FIRST_VIDEO_STREAM.
const firstVideo = 0xFFFFFFFC

// native is one kind of picture that a camera sends.
type native struct {
	kind   *object
	format guid
	size   size
}

// natives are all kinds; the caller releases them.
func natives(reader *object) ([]native, error) {
	var all []native
	for i := uintptr(0); ; i++ {
		var kind *object
		err := reader.call(readerNativeType, firstVideo, i, uintptr(unsafe.Pointer(&kind)))
		if errors.Is(err, hrNoMoreTypes) {
			return all, nil
		}
		if err != nil {
			return all, fmt.Errorf("ask which pictures the camera has: %w", err)
		}
		n := native{kind: kind}
		var packed uint64 // width and height
		if kind.call(attributesGetGUID, uintptr(unsafe.Pointer(&mediaSubtype)), uintptr(unsafe.Pointer(&n.format))) != nil ||
			kind.call(attributesGetUINT64, uintptr(unsafe.Pointer(&mediaFrameSize)), uintptr(unsafe.Pointer(&packed))) != nil {
			kind.release()
			continue
		}
		w, h := int(packed>>32), int(packed&0xFFFFFFFF)
		n.size = size{minW: w, maxW: w, minH: h, maxH: h}
		all = append(all, n)
	}
}

// bytesOf copies what a sample holds.
func bytesOf(sample *object) ([]byte, error) {
	var buffer *object
	if err := sample.call(sampleContiguous, uintptr(unsafe.Pointer(&buffer))); err != nil {
		return nil, fmt.Errorf("take a picture: %w", err)
	}
	defer buffer.release()
	var p *byte
	var n uint32
	if err := buffer.call(bufferLock, uintptr(unsafe.Pointer(&p)), 0, uintptr(unsafe.Pointer(&n))); err != nil {
		return nil, fmt.Errorf("take a picture: %w", err)
	}
	raw := append([]byte(nil), unsafe.Slice(p, n)...)
	return raw, buffer.call(bufferUnlock)
}
