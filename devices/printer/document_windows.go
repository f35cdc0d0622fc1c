package printer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
)

// documentKept is how long a file stays for the program that prints it: Windows does not tell when it has read it.
const documentKept = 24 * time.Hour

// submitDocument asks the program that opens PDF files to print on the queue (the shell's verb printto): Windows' spooler itself
// cannot draw a PDF. Without such a program that is an error.
func submitDocument(_ context.Context, queue, title string, pdf []byte) error {
	dir := filepath.Join(os.TempDir(), "packbench-documents")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep the document for its printing: %w", err)
	}
	forgetOld(dir, time.Now())
	f, err := os.CreateTemp(dir, "document-*.pdf")
	if err != nil {
		return fmt.Errorf("keep the document for its printing: %w", err)
	}
	_, err = f.Write(pdf)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("keep the document for its printing: %w", err)
	}
	verb, file, args := windows.StringToUTF16Ptr("printto"), windows.StringToUTF16Ptr(f.Name()), windows.StringToUTF16Ptr(`"`+queue+`"`)
	if err := windows.ShellExecute(0, verb, file, args, nil, windows.SW_HIDE); err != nil {
		return fmt.Errorf("print %s by the program that opens PDF files: %w", title, err)
	}
	return nil
}

// forgetOld removes documents of the day before.
func forgetOld(dir string, now time.Time) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range list {
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > documentKept {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
