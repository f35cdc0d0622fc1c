package label

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"
	_ "unsafe" // go:linkname

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// Limits of a document. A label is one page of a few hundred kilobytes; whatever is far beyond that is not a label.
const (
	MaxDocument    = 8 << 20           // bytes
	MaxPages       = 20                // a slip that some carriers append, or the labels of a few parcels in one file
	MaxPixels      = 20_000_000        // of a picture, and of the stock
	DefaultTimeout = 5 * time.Second   // to open and draw one document
	wasmPages      = (160 << 20) >> 16 // 64 KiB pages: what one document may take; on the heap (linearmemory_other.go) twice while it grows
)

// ErrClosed is returned by every call on an Engine after Close.
var ErrClosed = errors.New("the label engine is closed")

// Options of an Engine. The zero value works: no cache on disk, five seconds a document, the system's clock.
type Options struct {
	// CacheDir keeps PDFium compiled to machine code (about 20 MB). Without it every start compiles for seconds.
	CacheDir  string
	Log       *slog.Logger
	Timeout   time.Duration    // for opening and drawing one document; 0 means DefaultTimeout
	Now       func() time.Time // for Proof.At; nil means time.Now
	Rules     Rules            // what a label may not carry; nil: nothing is checked
	RulesName string           // names Rules: proofs whose findings are by other ones are linted anew
	Carriers  *Carriers        // how barcodes carry the tracking number; nil: only exactly
	Market    string           // two letters; of the station, for Rules where an order names none
	Password  string           // opens protected PDFs; a station has none, because carriers protect no labels
}

// Engine rasterises, reads and proves labels. All methods may be called concurrently; documents are drawn one at a time,
// each by a PDFium instance of its own, so that a hostile document can neither stop nor change the next one.
type Engine struct {
	opts   Options
	slot   chan struct{} // holds one token; whoever has it owns the fields below
	cache  wazero.CompilationCache
	rt     *pdfRuntime
	memory linearMemory // of the instance in use
	closed bool
	starts atomic.Int64 // how often a runtime was built, for tests
}

// pdfRuntime is one compiled PDFium. Cancelling its context is the only way to stop a document that hangs; the runtime
// is then spent and is replaced by a new one from the compilation cache.
type pdfRuntime struct {
	pool   pdfium.Pool
	ctx    context.Context
	cancel context.CancelFunc
}

// NewEngine returns an Engine that has not started anything yet; the first document, or Warm, compiles PDFium.
func NewEngine(opts Options) *Engine {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Timeout <= 0 {
		opts.Timeout = DefaultTimeout
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	e := &Engine{opts: opts, slot: make(chan struct{}, 1)}
	e.slot <- struct{}{}
	return e
}

// Warm compiles PDFium, which takes seconds without and a fraction of a second with a filled cache. Call it in the
// background at start; other calls wait for it. Cancelling ctx ends the waiting for another caller, not a compilation.
func (e *Engine) Warm(ctx context.Context) error {
	if err := e.acquire(ctx); err != nil {
		return err
	}
	defer e.release()
	return e.start()
}

// Close frees PDFium. It waits for the document in hand.
func (e *Engine) Close() error {
	<-e.slot
	defer e.release()
	if e.closed {
		return nil
	}
	e.closed = true
	e.stop()
	if err := e.memory.close(); err != nil {
		return fmt.Errorf("giving PDFium's memory back: %w", err)
	}
	if e.cache != nil {
		if err := e.cache.Close(context.Background()); err != nil {
			return fmt.Errorf("closing the cache of compiled PDFium: %w", err)
		}
	}
	return nil
}

func (e *Engine) acquire(ctx context.Context) error {
	select {
	case <-e.slot:
	case <-ctx.Done():
		return fmt.Errorf("waiting for the label engine: %w", ctx.Err())
	}
	if e.closed {
		e.release()
		return ErrClosed
	}
	return nil
}

func (e *Engine) release() { e.slot <- struct{}{} }

// start builds the runtime if there is none. The caller holds the slot.
func (e *Engine) start() error {
	if e.rt != nil {
		return nil
	}
	if e.cache == nil {
		e.cache = e.openCache()
	}
	began := time.Now()
	rt, err := newRuntime(e.cache, &e.memory, e.opts.Log)
	if err != nil {
		// A damaged cache must not stop printing: throw it away and compile once more.
		e.opts.Log.Warn("PDFium could not be started from its cache, compiling anew", "dir", e.opts.CacheDir, "err", firstLine(err))
		e.clearCache()
		e.cache = e.openCache()
		if rt, err = newRuntime(e.cache, &e.memory, e.opts.Log); err != nil {
			return fmt.Errorf("starting PDFium: %w", err)
		}
	}
	e.rt = rt
	e.starts.Add(1)
	e.opts.Log.Info("PDFium ready", "took", time.Since(began).Round(time.Millisecond))
	return nil
}

func (e *Engine) openCache() wazero.CompilationCache {
	if e.opts.CacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(e.opts.CacheDir)
		if err == nil {
			return cache
		}
		e.opts.Log.Warn("No cache for compiled PDFium, every start will take seconds", "dir", e.opts.CacheDir, "err", err)
	}
	return wazero.NewCompilationCache()
}

// clearCache removes what wazero keeps in CacheDir, and nothing else that may be there.
func (e *Engine) clearCache() {
	if e.opts.CacheDir == "" {
		return
	}
	kept, err := filepath.Glob(filepath.Join(e.opts.CacheDir, "wazero-*"))
	for _, dir := range kept {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if err != nil {
		e.opts.Log.Warn("The cache of compiled PDFium could not be removed", "dir", e.opts.CacheDir, "err", err)
	}
}

//go:linkname pdfiumModule github.com/klippa-app/go-pdfium/webassembly.pdfiumWasm
var pdfiumModule []byte // go-pdfium's module, which it does not export; it is read only

func newRuntime(cache wazero.CompilationCache, memory *linearMemory, log *slog.Logger) (*pdfRuntime, error) {
	ctx, cancel := context.WithCancel(context.Background())
	config := wazero.NewRuntimeConfig().
		// PDFium's setjmp is lowered to exception handling; without the feature the module is refused.
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(wasmPages).
		WithCompilationCache(cache)
	watched := memory.use(experimental.WithCompilationWorkers(ctx, min(runtime.NumCPU(), 4)))
	module, tick, err := metered(pdfiumModule)
	if err == nil {
		watched = experimental.WithFunctionListenerFactory(watched, fuelWatch{tick})
	} else {
		log.Warn("PDFium cannot be metered and is three times slower", "err", err)
		module, config = pdfiumModule, config.WithCloseOnContextDone(true)
	}
	pool, err := webassembly.InitWithWASM(webassembly.Config{
		Context:       watched,
		WASM:          module,
		MaxIdle:       1,
		MaxTotal:      1,
		FSConfig:      wazero.NewFSConfig(), // no files: a label must look the same on every station
		Stdout:        io.Discard,
		Stderr:        io.Discard,
		RuntimeConfig: config,
	})
	if err != nil {
		cancel()
		return nil, err
	}
	return &pdfRuntime{pool: pool, ctx: ctx, cancel: cancel}, nil
}

// stop drops the runtime. The caller holds the slot.
func (e *Engine) stop() {
	if e.rt == nil {
		return
	}
	e.rt.cancel()
	if err := e.rt.pool.Close(); err != nil {
		e.opts.Log.Warn("PDFium was not closed cleanly", "err", err)
	}
	e.rt = nil
}

// use runs f with a fresh PDFium instance and ends it after the time limit. An error of type documentError is about the
// document; anything else spoils the runtime, which is then replaced.
func (e *Engine) use(ctx context.Context, f func(pdfium.Pdfium) error) error {
	if err := e.acquire(ctx); err != nil {
		return err
	}
	defer e.release()
	if err := e.start(); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, e.opts.Timeout)
	defer cancel()
	rt := e.rt
	stopped := context.AfterFunc(limit, rt.cancel)
	err := withInstance(limit, rt.pool, f)
	if !stopped() || rt.ctx.Err() != nil {
		e.stop()
		if ctx.Err() != nil {
			return fmt.Errorf("drawing a label: %w", ctx.Err())
		}
		return badDocument("The label file takes longer than %s to draw. Download the label again, or ask the carrier for a simpler file.", e.opts.Timeout)
	}
	if _, ok := errors.AsType[*documentError](err); err != nil && !ok {
		e.opts.Log.Warn("PDFium failed on a document and is replaced", "err", err)
		e.stop()
		return badDocument("The label file could not be drawn (%s). Download the label again.", firstLine(err))
	}
	return err
}

func withInstance(ctx context.Context, pool pdfium.Pool, f func(pdfium.Pdfium) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("PDFium: %v", r)
		}
	}()
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return fmt.Errorf("a PDFium instance: %w", err)
	}
	defer func() {
		if cerr := instance.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("closing PDFium: %w", cerr)
		}
	}()
	return f(instance)
}
