package shop

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// Documented: an address has three seconds to answer 200, and is tried again after these pauses before a webhook is
// dropped.
const webhookAnswer = 3 * time.Second

var webhookPauses = []time.Duration{2 * time.Minute, 30 * time.Minute, 3 * time.Hour, 12 * time.Hour}

// Run sends webhooks to the addresses that subscribed, until ctx ends; it then returns nil. Without it webhooks are
// only recorded. Call it once. Pauses are of the wall clock.
func (s *Server) Run(ctx context.Context) error {
	client := &http.Client{Timeout: webhookAnswer, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		rec, wait := s.dueWebhook()
		if rec != nil {
			s.deliverWebhook(ctx, client, rec)
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-s.hooks.wake:
		}
		t.Stop()
	}
	return nil
}

// webhookIdle is how often orders are moved on while nothing is to be sent: time only passes when somebody looks.
const webhookIdle = time.Second

// dueWebhook is the next webhook to send now, or how long to wait. A fault may keep it back, double it or lose it.
func (s *Server) dueWebhook() (*webhookRecord, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	now, wait := s.hooks.wall(), webhookIdle
	for _, rec := range s.hooks.records {
		switch {
		case rec.next.IsZero():
		case rec.next.After(now):
			wait = min(wait, rec.next.Sub(now))
		default:
			if len(rec.Attempts) == 0 && s.spoilWebhook(rec, now) {
				continue
			}
			return rec, 0
		}
	}
	return nil, wait
}

// spoilWebhook applies a webhook fault to one that was not sent yet, and reports whether it is not sent now.
func (s *Server) spoilWebhook(rec *webhookRecord, now time.Time) bool {
	if rec.spoilt {
		return false
	}
	rec.spoilt = true
	for _, f := range s.faults {
		if !f.isWebhook() || f.spent() || !f.chance() {
			continue
		}
		f.Hits++
		switch f.Kind {
		case faultHookLost:
			rec.next, rec.Dropped = time.Time{}, true
			return true
		case faultHookLate: // the ones behind it overtake it
			rec.next = now.Add(time.Duration(f.Seconds * float64(time.Second)))
			return true
		case faultHookTwice:
			rec.again = true
			return false
		}
	}
	return false
}

// deliverWebhook sends one webhook once.
func (s *Server) deliverWebhook(ctx context.Context, client *http.Client, rec *webhookRecord) {
	ok := false
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, rec.Address, bytes.NewReader(rec.Body))
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", rec.Authorization)
		var resp *http.Response
		if resp, err = client.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // the body is to be empty and means nothing
			resp.Body.Close()
			ok = resp.StatusCode == http.StatusOK
		}
	}
	if ctx.Err() != nil && !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rec.Attempts = append(rec.Attempts, s.hooks.wall())
	switch {
	case ok && rec.again:
		rec.again = false
	case ok:
		rec.next, rec.Delivered = time.Time{}, true
	case len(rec.Attempts) > len(webhookPauses):
		rec.next, rec.Dropped = time.Time{}, true
	default:
		rec.next = s.hooks.wall().Add(webhookPauses[len(rec.Attempts)-1])
	}
	s.log.Info("webhook", "address", rec.Address, "delivered", ok, "attempt", len(rec.Attempts), "err", err)
}
