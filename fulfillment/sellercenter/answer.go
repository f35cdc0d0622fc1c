package sellercenter

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"packbench/fulfillment"
)

// envelope is the frame of every answer. Only code 0 is success.
type envelope struct {
	Code      codeNumber      `json:"code"`
	Message   text            `json:"message"`
	RequestID text            `json:"request_id"`
	Data      json.RawMessage `json:"data"`
}

// exchanged is what the caller needs of a finished exchange beside the envelope.
type exchanged struct {
	status int
	header http.Header
	sent   time.Time
}

// checked is an answer that knows what it must hold. Where that is missing the call is treated as if no answer had
// come: a write is uncertain, for its effect must be read, and a read failed.
type checked interface{ check() error }

// decodeEnvelope reads the frame of an answer. Without a whole number as code there is no usable answer, and neither is
// there where the status contradicts a code 0.
func decodeEnvelope(what string, write bool, rep reply, now time.Time) (envelope, error) {
	env := envelope{Code: noCode}
	if err := json.Unmarshal(rep.body, &env); err != nil || env.Code == noCode {
		if rep.status == http.StatusTooManyRequests {
			return env, fmt.Errorf("%s: %w", what, &fulfillment.ThrottledError{RetryAfter: retryAfter(rep.header, now)})
		}
		return envelope{}, &CallError{What: what, Write: write, Sent: true, Status: rep.status, Cause: strangeAnswer(rep)}
	}
	if env.Code == 0 && (rep.status < 200 || rep.status > 299) {
		return env, &CallError{What: what, Write: write, Sent: true, Status: rep.status}
	}
	return env, nil
}

// decodeData fills out, all of it or nothing.
func decodeData(r request, status int, env envelope, out any) error {
	if out == nil {
		return nil
	}
	unusable := func(why string) error {
		return &CallError{What: r.what, Write: r.write, Sent: true, Status: status,
			Cause: fmt.Errorf("%w: %s (request %s)", errUnusable, clean(why), clean(string(env.RequestID)))}
	}
	if len(env.Data) == 0 || env.Data[0] != '{' {
		return unusable("it holds no data")
	}
	if err := json.Unmarshal(env.Data, out); err != nil {
		return unusable(err.Error())
	}
	if c, ok := out.(checked); ok {
		if err := c.check(); err != nil {
			return unusable(err.Error())
		}
	}
	return nil
}

// itemError is one failed item of a batch, in an answer that says success as a whole.
type itemError struct {
	Code    whole `json:"code"`
	Message text  `json:"message"`
	Detail  part[struct {
		PackageID text `json:"package_id"`
	}] `json:"detail"`
	request text // of the answer it stood in
}

// itemised is an answer that fails for some of its items. Support asks for the id of the request, which only the envelope
// has.
type itemised interface{ answered(request text) }

func (w *wireBatch) answered(request text)    { nameRequest(w.Errors, request) }
func (w *wireCombined) answered(request text) { nameRequest(w.Errors, request) }

func nameRequest(errs []itemError, request text) {
	for i := range errs {
		errs[i].request = request
	}
}

// Failure is one package that a batch did not take. Err is one of the causes of package fulfillment.
type Failure struct {
	Package fulfillment.PackageID
	Err     error
}

// outcome sorts the failures of a batch by package. Without a doubt means: every failure names one of the packages that
// were sent; where one does not, nobody can tell which it was, and everything not named is uncertain.
func outcome(what string, env []itemError, sent []fulfillment.PackageID) (map[fulfillment.PackageID]error, bool) {
	failed, sure := map[fulfillment.PackageID]error{}, true
	known := map[fulfillment.PackageID]bool{}
	for _, id := range sent {
		known[id] = true
	}
	for _, e := range env {
		id := fulfillment.PackageID(e.Detail.V.PackageID)
		if !known[id] {
			sure = false
			continue
		}
		w := what + ", package " + string(id)
		if e.Code == 0 {
			failed[id] = &CallError{What: w, Write: true, Sent: true, Status: http.StatusOK, Cause: errors.New("an error without a code")}
			continue
		}
		failed[id] = refusal(w, true, http.StatusOK, envelope{Code: codeNumber(e.Code), Message: e.Message, RequestID: e.request}, 0)
	}
	return failed, sure
}

// follow collects a paged list. A list that repeats a page or does not end is a fault of the platform, never a shorter
// list.
func follow(what string, get func(page string) (next string, err error)) error {
	page, seen := "", map[string]bool{}
	for range maxPages {
		next, err := get(page)
		if err != nil {
			return err
		}
		if next == "" {
			return nil
		}
		if seen[next] {
			return fmt.Errorf("%s: the platform repeats a page: %w", what, fulfillment.ErrOffline)
		}
		seen[next], page = true, next
	}
	return fmt.Errorf("%s: more than %d pages: %w", what, maxPages, fulfillment.ErrOffline)
}
