package printer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"unsafe"

	winprinter "github.com/alexbrainman/printer"
	"github.com/google/uuid"
	"golang.org/x/sys/windows"

	"packbench/devices"
)

// winQueue is one queue of Windows' spooler, to which jobs go as they are (data type RAW). On Wine 8 queues were listed and jobs came
// out byte for byte; its EnumJobs is a stub, so that following a job and taking it back have not run yet.
type winQueue struct{ queue string }

func newQueueService(queue string) queueService { return winQueue{queue} }

var (
	winspool       = windows.NewLazySystemDLL("winspool.drv")
	procGetPrinter = winspool.NewProc("GetPrinterW")
	procSetJob     = winspool.NewProc("SetJobW")
)

const (
	errInvalidPrinterName = syscall.Errno(1801)
	jobControlDelete      = 5
)

// open gives a handle to f.
func (q winQueue) open(f func(syscall.Handle) error) error {
	name, err := windows.UTF16PtrFromString(q.queue)
	if err != nil {
		return fmt.Errorf("open print queue %q: %w", q.queue, err)
	}
	var h syscall.Handle
	if err := winprinter.OpenPrinter(name, &h, 0); err != nil {
		return fmt.Errorf("open print queue %q: %w", q.queue, err)
	}
	err = f(h)
	if cerr := winprinter.ClosePrinter(h); err == nil {
		err = cerr
	}
	return err
}

func (q winQueue) look(context.Context) error {
	var status, needed uint32 // PRINTER_INFO_6 is the status alone
	err := q.open(func(h syscall.Handle) error {
		ok, _, err := procGetPrinter.Call(uintptr(h), 6, uintptr(unsafe.Pointer(&status)), unsafe.Sizeof(status), uintptr(unsafe.Pointer(&needed)))
		if ok == 0 {
			return fmt.Errorf("ask print queue %q: %w", q.queue, err)
		}
		return nil
	})
	switch {
	case errors.Is(err, errInvalidPrinterName):
		return &Failure{Text: fmt.Sprintf("There is no printer %s. Look in the system's printer settings.", q.queue), Cause: fmt.Errorf("%w: %w", devices.ErrAbsent, err)}
	case errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return &Failure{Text: fmt.Sprintf("This user may not print on %s. Let an administrator allow it.", q.queue), Cause: fmt.Errorf("%w: %w", devices.ErrDenied, err)}
	case err != nil:
		return &Failure{Text: "The system's print service does not answer. Start it.", Cause: fmt.Errorf("%w: %w", devices.ErrAbsent, err)}
	}
	if text := winTrouble(status); text != "" {
		return &Failure{Text: text, Cause: fmt.Errorf("%w: queue status %#x", ErrTrouble, status)}
	}
	return nil
}

// submit names the job so that it can be found again: the library does not tell its number.
func (q winQueue) submit(_ context.Context, job []byte) (id string, taken bool, err error) {
	p, err := winprinter.Open(q.queue)
	if err != nil {
		return "", false, fmt.Errorf("open print queue %q: %w", q.queue, err)
	}
	defer p.Close()
	id = "Packbench label " + uuid.NewString()
	if err := p.StartDocument(id, "RAW"); err != nil {
		return "", false, fmt.Errorf("begin a job of print queue %q: %w", q.queue, err)
	}
	for sent := 0; sent < len(job); {
		n, err := p.Write(job[sent:])
		if err == nil && n == 0 {
			err = errors.New("it takes no more bytes")
		}
		if err != nil {
			// The spooler prints what it has of a document that is ended. It is taken back first; it lacks the end of the label.
			return id, false, fmt.Errorf("write to print queue %q: %w", q.queue, errors.Join(err, q.delete(id), p.EndDocument()))
		}
		sent += n
	}
	if err := p.EndDocument(); err != nil {
		return id, true, fmt.Errorf("end a job of print queue %q: %w", q.queue, err)
	}
	return id, true, nil
}

func (q winQueue) find(id string) (winprinter.JobInfo, bool, error) {
	p, err := winprinter.Open(q.queue)
	if err != nil {
		return winprinter.JobInfo{}, false, fmt.Errorf("open print queue %q: %w", q.queue, err)
	}
	defer p.Close()
	jobs, err := p.Jobs()
	if err != nil {
		return winprinter.JobInfo{}, false, fmt.Errorf("list print queue %q: %w", q.queue, err)
	}
	for _, j := range jobs {
		if j.DocumentName == id {
			return j, true, nil
		}
	}
	return winprinter.JobInfo{}, false, nil
}

func (q winQueue) job(_ context.Context, id string) (j spoolJob, known, gone bool) {
	info, there, err := q.find(id)
	if err != nil {
		return spoolJob{}, false, false
	}
	if !there { // Windows forgets a job when it was passed on
		return spoolJob{reasons: []string{"job-completed"}}, true, true
	}
	j, gone = winJob(info.StatusCode, info.Status)
	return j, true, gone
}

func (q winQueue) cancel(_ context.Context, id string) error { return q.delete(id) }

func (q winQueue) delete(id string) error {
	info, there, err := q.find(id)
	if err != nil || !there {
		return err
	}
	return q.open(func(h syscall.Handle) error {
		ok, _, err := procSetJob.Call(uintptr(h), uintptr(info.JobID), 0, 0, jobControlDelete)
		if ok == 0 {
			return fmt.Errorf("delete job %s of print queue %q: %w", strconv.Itoa(int(info.JobID)), q.queue, err)
		}
		return nil
	})
}
