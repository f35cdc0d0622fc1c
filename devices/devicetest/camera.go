package devicetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image/jpeg"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// CameraConfig of a virtual camera; zero values mean the defaults.
type CameraConfig struct {
	Addr          string // "127.0.0.1:0" chooses a port; empty does too
	Width, Height int    // dots; 640×480
	FPS           int    // pictures a second; 15
	NoLength      bool   // sends its parts without Content-Length, as some cameras do
	Bits          bool   // shows number and time as dots, for ways on which a picture's comment is lost
	Dashes        bool   // writes the delimiter's dashes into the boundary, as some cameras do
}

// Camera is an MJPEG camera on HTTP: a picture of a bench with the time and the number of the picture on it. It draws only
// while someone looks. All methods may be called concurrently.
type Camera struct {
	cfg  CameraConfig
	addr string
	pic  *picture

	mu      sync.Mutex
	ln      net.Listener // nil while off
	conns   map[net.Conn]bool
	changed chan struct{}
	stalled bool
	status  int
	viewers int
	closed  bool
	frame   []byte
	seq     int
	sent    map[int][]byte // the last pictures by their number
}

// NewCamera switches a camera on. It answers only while Run runs.
func NewCamera(cfg CameraConfig) (*Camera, error) {
	c := NewPictures(cfg)
	if err := c.On(); err != nil {
		return nil, err
	}
	c.addr = c.ln.Addr().String()
	return c, nil
}

// NewPictures is a camera without a network: only Next is of use. Other transports show what it draws.
func NewPictures(cfg CameraConfig) *Camera {
	def := func(n *int, v int) {
		if *n <= 0 {
			*n = v
		}
	}
	def(&cfg.Width, 640)
	def(&cfg.Height, 480)
	def(&cfg.FPS, 15)
	c := &Camera{cfg: cfg, addr: cfg.Addr, pic: newPicture(cfg.Width, cfg.Height), conns: make(map[net.Conn]bool), changed: make(chan struct{})}
	if c.addr == "" {
		c.addr = "127.0.0.1:0"
	}
	return c
}

// URL of the stream, the same after Off and On.
func (c *Camera) URL() string { return "http://" + c.addr + "/mjpeg" }

// On switches the camera on again.
func (c *Camera) On() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ln != nil || c.closed {
		return nil
	}
	ln, err := new(net.ListenConfig).Listen(context.Background(), "tcp", c.addr)
	if err != nil {
		return fmt.Errorf("switch the camera on: %w", err)
	}
	c.ln = ln
	c.broadcast()
	return nil
}

// Off switches the camera off; connections break.
func (c *Camera) Off() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off()
}

func (c *Camera) off() {
	if c.ln != nil {
		_ = c.ln.Close()
		c.ln = nil
	}
	for conn := range c.conns {
		reset(conn)
	}
	c.broadcast()
}

func (c *Camera) broadcast() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// Stall makes the camera keep its connections and send nothing.
func (c *Camera) Stall(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stalled = on
	c.broadcast()
}

// Answer makes the camera answer with an HTTP status instead of pictures; 0 ends it.
func (c *Camera) Answer(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = status
}

// Viewers is how many connections are looking.
func (c *Camera) Viewers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.viewers
}

// Run sends pictures until ctx ends; then it switches the camera off and returns nil.
func (c *Camera) Run(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mjpeg", func(w http.ResponseWriter, r *http.Request) { c.serve(ctx, w, r) })
	stop := context.AfterFunc(ctx, c.close)
	defer func() { stop(); c.close() }()
	for ctx.Err() == nil {
		c.mu.Lock()
		ln, changed := c.ln, c.changed
		c.mu.Unlock()
		if ln == nil {
			select {
			case <-ctx.Done():
			case <-changed:
			}
			continue
		}
		srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ConnState: c.track}
		if err := srv.Serve(ln); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the camera: %w", err)
		}
		// The connections are broken already; this waits until those who served them have seen it.
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		err := srv.Shutdown(wait)
		cancel()
		if err != nil {
			return fmt.Errorf("switch the camera off: %w", err)
		}
	}
	return nil
}

func (c *Camera) track(conn net.Conn, s http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch s {
	case http.StateNew:
		c.conns[conn] = true
		if c.ln == nil {
			reset(conn) // switched off in this moment
		}
	case http.StateClosed, http.StateHijacked:
		delete(c.conns, conn)
	}
}

func (c *Camera) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.off()
}

const cameraBoundary = "packbenchframe"

func (c *Camera) serve(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	status := c.status
	c.mu.Unlock()
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	c.look(1)
	defer c.look(-1)
	b := cameraBoundary
	if c.cfg.Dashes {
		b = "--" + b
	}
	w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary="+b)
	w.Header().Set("Cache-Control", "no-store")
	tick := time.NewTicker(time.Second / time.Duration(c.cfg.FPS))
	defer tick.Stop()
	for shown := 0; ; {
		frame, seq, err := c.Next(shown)
		if err == nil && seq != shown {
			shown = seq
			err = c.send(w, frame)
		}
		if err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (c *Camera) look(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.viewers += n
}

func (c *Camera) send(w http.ResponseWriter, frame []byte) error {
	head := "--" + cameraBoundary + "\r\nContent-Type: image/jpeg\r\n"
	if !c.cfg.NoLength {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(frame))
	}
	for _, p := range [][]byte{[]byte(head + "\r\n"), frame, []byte("\r\n")} {
		if _, err := w.Write(p); err != nil {
			return fmt.Errorf("send a picture: %w", err)
		}
	}
	return http.NewResponseController(w).Flush()
}

// Next draws a picture newer than the one shown, unless another viewer's is. While stalled it is none, with the number shown.
func (c *Camera) Next(shown int) ([]byte, int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stalled {
		return nil, shown, nil
	}
	if shown > 0 && c.seq > shown {
		return c.frame, c.seq, nil
	}
	now := time.Now()
	var b bytes.Buffer
	img := c.pic.draw(now, c.seq+1)
	if c.cfg.Bits {
		c.pic.bits(c.seq+1, now)
	}
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 75}); err != nil {
		return nil, 0, fmt.Errorf("draw a picture: %w", err)
	}
	c.seq++
	c.frame = withNote(b.Bytes(), fmt.Sprintf("%s%d %d", frameNote, c.seq, now.UnixNano()))
	if c.sent == nil {
		c.sent = map[int][]byte{}
	}
	c.sent[c.seq] = c.frame
	delete(c.sent, c.seq-30)
	return c.frame, c.seq, nil
}

// Sent is the picture of a number, as it was sent; nil if it is long ago or has not been.
func (c *Camera) Sent(seq int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent[seq]
}

const frameNote = "packbench virtual camera "

// withNote puts a JPEG comment behind the start of the picture.
func withNote(pic []byte, note string) []byte {
	seg := binary.BigEndian.AppendUint16([]byte{0xFF, 0xFE}, uint16(len(note)+2))
	return append(append(append(append([]byte(nil), pic[:2]...), seg...), note...), pic[2:]...)
}

// ReadFrame tells the number of a virtual camera's picture and when it was drawn; ok is false for any other picture.
func ReadFrame(pic []byte) (seq int, drawn time.Time, ok bool) {
	_, rest, found := strings.Cut(string(pic[:min(len(pic), 128)]), frameNote)
	var nano int64
	if !found {
		return readBits(pic)
	}
	if _, err := fmt.Sscanf(rest, "%d %d", &seq, &nano); err != nil {
		return 0, time.Time{}, false
	}
	return seq, time.Unix(0, nano), true
}
