package syncer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"packbench/fulfillment"
)

// Finder finds orders by what stands on a file: order id, package id or tracking number.
type Finder interface {
	// Find returns the order that the code leads to; nothing found is no error.
	Find(ctx context.Context, code string, candidates []fulfillment.Tracking) (fulfillment.Found, error)
	// Order returns the order; fulfillment.ErrNotFound where it is not known.
	Order(ctx context.Context, id fulfillment.OrderID) (fulfillment.Order, error)
}

// FolderOptions is what a Folder is made from. Dir, Orders and Labels are needed.
type FolderOptions struct {
	Dir    string
	Orders Finder
	Labels LabelStore
	Ready  func(fulfillment.PackageID) // a label was stored; must not block
	Log    *slog.Logger
	Now    func() time.Time
	Every  time.Duration // between two looks at the folder; default 1 s
	Rest   time.Duration // how long a file must have stayed as it is; default 2 s
	Wait   time.Duration // how long a file waits for its order or its end before it is refused; default 10 min
}

// Folder takes labels that other programs put into a folder: a carrier's tool, a browser's download. It needs no API. A
// file is named by the order id, the package id or the tracking number, or <order id>_<tracking number>; .pdf, .png or .zpl.
// Nothing else in the folder is ever touched: it may be a folder in which other people work, too.
type Folder struct {
	o    FolderOptions
	seen map[string]sight
	said map[string]string // by name, what was logged of it last: once is enough
}

// sight is a file as it was seen last.
type sight struct {
	size    int64
	changed time.Time
	since   time.Time // it has looked so
	first   time.Time
}

const (
	folderDone    = "done"
	folderRefused = "refused"
	labelMax      = 8 << 20 // bytes; a label of a carrier has some 100 kB
)

// NewFolder checks the options; it starts nothing and touches no disk.
func NewFolder(o FolderOptions) (*Folder, error) {
	if o.Dir == "" || o.Orders == nil || o.Labels == nil {
		return nil, errors.New("a label folder needs a path, orders and a label store")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	for _, d := range []struct {
		p   *time.Duration
		def time.Duration
	}{{&o.Every, time.Second}, {&o.Rest, 2 * time.Second}, {&o.Wait, 10 * time.Minute}} {
		if *d.p <= 0 {
			*d.p = d.def
		}
	}
	return &Folder{o: o, seen: map[string]sight{}, said: map[string]string{}}, nil
}

// Run looks at the folder until ctx is done. A folder that is away – a share that is not mounted – is looked for again.
func (f *Folder) Run(ctx context.Context) error {
	away := false
	for ctx.Err() == nil {
		err := f.look(ctx)
		if err != nil && ctx.Err() == nil && !away {
			f.o.Log.Warn("the label folder cannot be read; it is tried again", "error", err)
		}
		away = err != nil
		sleep(ctx, f.o.Every, nil, nil)
	}
	return nil
}

// look takes every file that is complete. All names are used below the folder only, so that a link leads nowhere else.
func (f *Folder) look(ctx context.Context) error {
	if err := os.MkdirAll(f.o.Dir, 0o700); err != nil {
		return fmt.Errorf("making the label folder: %w", err)
	}
	root, err := os.OpenRoot(f.o.Dir)
	if err != nil {
		return fmt.Errorf("opening the label folder: %w", err)
	}
	defer root.Close()
	list, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("listing the label folder: %w", err)
	}
	present := map[string]bool{}
	for _, e := range list {
		present[e.Name()] = true
		switch why := foreign(e); {
		case onItsWay(e.Name()) || e.IsDir() && (e.Name() == folderDone || e.Name() == folderRefused):
		case why != "":
			f.say(e.Name(), why, nil)
		default:
			if err := f.file(ctx, root, e); err != nil {
				f.say(e.Name(), "a label file could not be dealt with; it is tried again", err)
			}
		}
	}
	maps.DeleteFunc(f.seen, func(name string, _ sight) bool { return !present[name] })
	maps.DeleteFunc(f.said, func(name, _ string) bool { return !present[name] })
	return nil
}

// say logs what is the matter with a name, once.
func (f *Folder) say(name, what string, err error) {
	whole := what + ": " + fmt.Sprint(err)
	if f.said[name] == whole {
		return
	}
	f.said[name] = whole
	if err == nil {
		f.o.Log.Warn(what, "file", name)
		return
	}
	f.o.Log.Warn(what, "file", name, "error", err)
}

// onItsWay are hidden files, and what browsers and copying programs call a file before it is complete.
func onItsWay(name string) bool {
	name = strings.ToLower(name)
	switch filepath.Ext(name) {
	case ".tmp", ".part", ".partial", ".crdownload", ".download":
		return true
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~")
}

// foreign says why something in the folder is none of ours; empty for what may be a label.
func foreign(e fs.DirEntry) string {
	switch {
	case e.IsDir():
		return "a folder in the label folder is left alone"
	case !e.Type().IsRegular():
		return "a link, pipe or device in the label folder is left alone; the label itself is wanted there"
	}
	switch strings.ToLower(filepath.Ext(e.Name())) {
	case ".pdf", ".png", ".zpl":
		return ""
	}
	return "a file in the label folder is left alone, for its name ends in none of .pdf, .png, .zpl"
}

// file looks at one file and moves it when its fate is known.
func (f *Folder) file(ctx context.Context, root *os.Root, e fs.DirEntry) error {
	name, now := e.Name(), f.o.Now()
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking at it: %w", err)
	}
	s, known := f.seen[name]
	if !known {
		s.first = now
	}
	if !known || s.size != info.Size() || !s.changed.Equal(info.ModTime()) {
		f.seen[name] = sight{size: info.Size(), changed: info.ModTime(), since: now, first: s.first}
		return nil
	}
	if now.Sub(s.since) < f.o.Rest {
		return nil
	}
	if info.Size() > labelMax {
		return f.refuse(root, name, "The file has more than 8 MB. A label is smaller: save only the label.")
	}
	text, err := read(root, name, info)
	if err != nil {
		return err
	}
	patient := now.Sub(s.since) < f.o.Wait
	if why := incomplete(text); why != "" {
		if patient {
			return nil // somebody is still writing, slowly
		}
		return f.refuse(root, name, why)
	}
	id, tracking, why, err := f.parcel(ctx, name)
	switch {
	case err != nil:
		return err
	case why == notKnown && patient:
		return nil // the order may still be on its way
	case why != "":
		return f.refuse(root, name, why)
	}
	return f.store(ctx, root, name, id, text, tracking)
}

// read reads the file that was looked at, and nothing that took its place since: a pipe would never end.
func read(root *os.Root, name string, seen fs.FileInfo) ([]byte, error) {
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("opening it: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !os.SameFile(info, seen) {
		return nil, errors.Join(errors.New("another file took its place"), err)
	}
	text, err := io.ReadAll(io.LimitReader(file, labelMax+1))
	if err != nil {
		return nil, fmt.Errorf("reading it: %w", err)
	}
	return text, nil
}

// store ties the label to its parcel and moves the file.
func (f *Folder) store(ctx context.Context, root *os.Root, name string, id fulfillment.PackageID, text []byte, tracking fulfillment.Tracking) error {
	kept, err := f.o.Labels.StoreLabel(ctx, id, text, tracking)
	if err != nil {
		return fmt.Errorf("storing it: %w", err)
	}
	if kept != hashOf(text) {
		return f.refuse(root, name, "This parcel has another label already, and that one stays. Take it back in Seller Center or in the orders list first.")
	}
	if _, err := move(root, name, folderDone); err != nil {
		return err
	}
	delete(f.seen, name)
	f.o.Log.Info("label taken from the folder", "file", name, "package", string(id))
	if f.o.Ready != nil {
		f.o.Ready(id)
	}
	return nil
}

// refuse moves the file and puts a sentence beside it.
func (f *Folder) refuse(root *os.Root, name, why string) error {
	as, err := move(root, name, folderRefused)
	if err != nil {
		return err
	}
	delete(f.seen, name)
	f.o.Log.Warn("label file refused", "file", name, "reason", why)
	if err := root.WriteFile(noteOf(folderRefused, as), []byte(why+"\n"), 0o600); err != nil {
		return fmt.Errorf("writing why it was refused: %w", err)
	}
	return nil
}

// noteOf is the file beside a refused one that says why.
func noteOf(dir, name string) string { return filepath.Join(dir, name+".txt") }

// move puts the file into a folder beside it, and returns its name there. A file of the same name there is replaced, for it was
// dealt with; where the name is taken by anything else the next free one is chosen.
func move(root *os.Root, name, to string) (as string, err error) {
	if err := root.Mkdir(to, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("making the folder %s: %w", to, err)
	}
	as = name
	for n := 2; n < 1000 && (taken(root, filepath.Join(to, as)) || taken(root, noteOf(to, as))); n++ {
		ext := filepath.Ext(name)
		as = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), n, ext)
	}
	if err := root.Rename(name, filepath.Join(to, as)); err != nil {
		return "", fmt.Errorf("moving it to %s: %w", to, err)
	}
	return as, nil
}

// taken: something stands there that no file can replace.
func taken(root *os.Root, path string) bool {
	info, err := root.Lstat(path)
	return err == nil && !info.Mode().IsRegular()
}

// incomplete is why a file cannot be a whole label; empty if it can. Content decides which kind it is, not the name.
func incomplete(text []byte) string {
	tail := bytes.TrimRight(text, " \t\r\n\x00")
	switch {
	case len(tail) == 0:
		return "The file is empty."
	case bytes.HasPrefix(text, []byte("%PDF-")):
		if !bytes.Contains(tail[max(0, len(tail)-1024):], []byte("%%EOF")) {
			return "The PDF has no end: it was not written to its end. Save it again."
		}
	case bytes.HasPrefix(text, []byte("\x89PNG\r\n\x1a\n")):
		if !bytes.Contains(text[max(0, len(text)-64):], []byte("IEND")) {
			return "The picture has no end: it was not written to its end. Save it again."
		}
	case bytes.Contains(bytes.ToUpper(text[:min(len(text), 4096)]), []byte("^XA")):
		if !bytes.HasSuffix(bytes.ToUpper(tail), []byte("^XZ")) {
			return "The ZPL has no ^XZ at its end: it was not written to its end. Save it again."
		}
	default:
		return "The content is no label, whatever the name says, or its beginning is missing. Save it again."
	}
	return ""
}
