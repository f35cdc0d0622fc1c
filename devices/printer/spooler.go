package printer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"packbench/devices"
	"packbench/fulfillment"
)

// SpoolerConfig describes a queue of the system's print service, to which jobs go unchanged.
type SpoolerConfig struct {
	Queue    string // its name; also the printer's identity
	Role     string // label or document
	Language Language
	Media    fulfillment.Media
	Done     time.Duration // until a job that was taken must have been passed on; 30 s
	Poll     time.Duration // between two looks at the queue; 5 s, and a tenth of it while a job is on its way
}

// Spooler prints through a queue of the system's print service: of CUPS by the commands lp, lpstat and cancel, of Windows by
// its spooler, raw.
//
// A queue tells less than a printer: that a job is completed means that its bytes were passed on, and how the printer feels
// is known only where the queue's backend says it. Once a job was taken, a label may come out; there is no certain "nothing
// came out" after that.
type Spooler struct {
	encoded
	cfg     SpoolerConfig
	service queueService
	report  devices.Report
	log     *slog.Logger
	line    chan struct{} // holds one token: jobs go one after the other
	poke    chan struct{}

	mu   sync.Mutex
	said devices.Health
}

// queueService is one queue of the system's print service. The job's name is known to the service alone.
type queueService interface {
	// look asks once how the queue feels; the error is a sentence.
	look(ctx context.Context) error
	// submit gives a job to the queue. taken with an error means that the queue may have it.
	submit(ctx context.Context, job []byte) (id string, taken bool, err error)
	// job says how a job is, whether the queue knows it, and whether it has left the queue.
	job(ctx context.Context, id string) (j spoolJob, known, gone bool)
	cancel(ctx context.Context, id string) error
}

// NewSpooler returns a driver. No command is run before Run or Print.
func NewSpooler(cfg SpoolerConfig, report devices.Report, log *slog.Logger) *Spooler {
	if cfg.Language == nil {
		cfg.Language = ZPL{}
	}
	if cfg.Done <= 0 {
		cfg.Done = 30 * time.Second
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 5 * time.Second
	}
	return &Spooler{cfg: cfg, service: newQueueService(cfg.Queue), report: report, log: log, line: make(chan struct{}, 1), poke: make(chan struct{}, 1)}
}

// Media is the stock in the printer, as set.
func (s *Spooler) Media() fulfillment.Media { return s.cfg.Media }

// Poke makes Run look at the queue now. It never blocks.
func (s *Spooler) Poke() {
	select {
	case s.poke <- struct{}{}:
	default:
	}
}

// Run looks after the queue's health until ctx ends and then returns nil.
func (s *Spooler) Run(ctx context.Context) error {
	for {
		if err := s.service.look(ctx); ctx.Err() == nil {
			s.tell(err)
		}
		t := time.NewTimer(s.cfg.Poll)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-s.poke:
		case <-t.C:
		}
		t.Stop()
	}
}

func (s *Spooler) tell(err error) {
	h := devices.Health{Kind: devices.Printer, ID: s.cfg.Queue, Role: s.cfg.Role, Transport: "spooler", State: devices.Ready, Text: "Ready to print."}
	if err != nil {
		h.State, h.Text = devices.Attention, err.Error()
		if errors.Is(err, devices.ErrAbsent) || errors.Is(err, devices.ErrUnsupported) {
			h.State = devices.Absent
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.said.Same(h) {
		return
	}
	if err != nil {
		s.log.Warn("Printer in trouble", "queue", s.cfg.Queue, "error", errors.Unwrap(err), "text", h.Text)
	}
	s.said = h
	h.At = time.Now().UTC()
	s.report(h)
}

// Print hands one label to the queue and waits until the queue has passed it on. It may be called concurrently. Errors are
// sentences; with Complete and an error a label may have come out, or may still: the job was cancelled, but bytes of it
// may have gone.
func (s *Spooler) Print(ctx context.Context, b fulfillment.Bitmap) (fulfillment.PrintResult, error) {
	if err := fits(b, s.cfg.Media); err != nil {
		return fulfillment.PrintResult{}, err
	}
	made := s.of(s.cfg.Language, s.cfg.Media, b)
	res := made.res
	select {
	case s.line <- struct{}{}:
		defer func() { <-s.line }()
	case <-ctx.Done():
		return res, fmt.Errorf("wait for the printer's queue: %w", ctx.Err())
	}
	if err := s.service.look(ctx); err != nil {
		s.tell(err)
		return res, err
	}
	res, err := s.send(ctx, made)
	if err == nil || ctx.Err() == nil {
		s.tell(err)
	}
	return res, err
}

// Prepare makes the job of a label that will be printed soon, so that Print finds it made. It may be called concurrently.
func (s *Spooler) Prepare(b fulfillment.Bitmap) {
	if fits(b, s.cfg.Media) == nil {
		s.of(s.cfg.Language, s.cfg.Media, b)
	}
}

func (s *Spooler) send(ctx context.Context, made job) (fulfillment.PrintResult, error) {
	res := made.res
	id, taken, err := s.service.submit(ctx, made.bytes)
	if err != nil && taken {
		// It was stopped in the middle: the queue may have the job.
		res.Sent, res.Complete = res.Total, true
		return res, &Failure{Text: fmt.Sprintf("It is not known whether the print queue %s took the label. See whether it came out.", s.cfg.Queue),
			Cause: fmt.Errorf("%w: %w", devices.ErrTimeout, errors.Join(err, ctx.Err()))}
	}
	if err != nil {
		return res, &Failure{Text: fmt.Sprintf("The print queue %s did not take the label. Look in the system's printer settings.", s.cfg.Queue), Cause: err}
	}
	res.Sent, res.Complete = res.Total, true
	return res, s.wait(ctx, id)
}

// wait follows a job until it left the queue. One that does not leave it is cancelled, so that it cannot come out when
// nobody expects it any more.
func (s *Spooler) wait(ctx context.Context, id string) error {
	late := time.NewTimer(s.cfg.Done)
	defer late.Stop()
	var last spoolJob
	settled, seen := false, false
	for {
		j, known, gone := s.service.job(ctx, id)
		switch {
		case gone && !j.failed() && (settled || j.is("job-completed")):
			return nil
		case gone && !j.failed():
			settled = true // the reason of a job that was cancelled in this moment follows
		case gone:
			return &Failure{Text: fmt.Sprintf("The print queue %s gave the label up. See whether it came out.", s.cfg.Queue),
				Cause: fmt.Errorf("job %s: %v %q: %w", id, j.reasons, j.status, ErrTrouble)}
		case known:
			last, seen = j, true
		}
		t := time.NewTimer(s.cfg.Poll / 10)
		select {
		case <-t.C:
			continue
		case <-late.C:
		case <-ctx.Done():
		}
		t.Stop()
		break
	}
	return s.giveUp(ctx, id, last, seen)
}

// giveUp takes the job back. last is how the queue said it was, if it was ever seen there.
func (s *Spooler) giveUp(ctx context.Context, id string, last spoolJob, seen bool) error {
	asked := ctx.Err()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	cerr := s.service.cancel(ctx, id)
	if j, _, gone := s.service.job(ctx, id); cerr != nil && gone && !j.failed() {
		return nil // it was passed on in this moment
	}
	f := &Failure{Text: fmt.Sprintf("The print queue %s did not pass the label on, and it was taken back. See whether it came out.", s.cfg.Queue),
		Cause: fmt.Errorf("job %s %v %q: %w", id, last.reasons, last.status, errors.Join(devices.ErrTimeout, asked, cerr))}
	if unreachable(last.status) {
		f.Text = fmt.Sprintf("The print queue %s does not reach its printer; the label was taken back. Switch the printer on and check its cable.", s.cfg.Queue)
	}
	switch {
	case cerr != nil && !seen:
		f.Text = fmt.Sprintf("It is not known whether the label came out: the print queue %s does not say. If it did not, delete it in the system's printer settings: %s.", s.cfg.Queue, id)
	case cerr != nil:
		f.Text = fmt.Sprintf("The print queue %s keeps a label that it could not print and that could not be taken back. Delete job %s in the system's printer settings.", s.cfg.Queue, id)
	}
	return f
}
