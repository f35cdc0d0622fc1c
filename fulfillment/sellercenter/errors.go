package sellercenter

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"packbench/fulfillment"
)

// CallError is a call that got no usable answer. It is fulfillment.ErrUncertain for a write of which anything was sent,
// and fulfillment.ErrOffline for everything else, because that may be tried again without harm. It unwraps to the cause
// below it (a net error, context.DeadlineExceeded, …), which never holds the address of the request.
type CallError struct {
	What   string // the call in words
	Write  bool
	Sent   bool // at least the header left this machine
	Status int  // HTTP status, 0 if none arrived
	Cause  error
}

func (e *CallError) Error() string {
	var line *fulfillment.LineError
	switch {
	case e.Status != 0 && errors.As(e.Cause, &line): // says the status itself
		return fmt.Sprintf("%s: no usable answer: %v", e.What, e.Cause)
	case e.Status != 0 && e.Cause == nil:
		return fmt.Sprintf("%s: no usable answer (HTTP %d)", e.What, e.Status)
	case e.Status != 0:
		return fmt.Sprintf("%s: no usable answer (HTTP %d): %v", e.What, e.Status, e.Cause)
	case e.Sent:
		return fmt.Sprintf("%s: no answer: %v", e.What, e.Cause)
	}
	return fmt.Sprintf("%s: Seller Center cannot be reached: %v", e.What, e.Cause)
}

func (e *CallError) Unwrap() error { return e.Cause }

// Is maps the call to the cause that decides what to do next.
func (e *CallError) Is(target error) bool {
	if e.Write && e.Sent {
		return target == fulfillment.ErrUncertain
	}
	return target == fulfillment.ErrOffline
}

// Error codes of the platform that this client acts on. Every other one is a RejectedError.
const (
	codeTooMany       = 36009002
	codeInternal      = 36009003
	codeOverloaded    = 36009004 // several meanings, told apart by the message
	codeTimeout       = 36009007
	codeBadPath       = 36009009
	codeBadMethod     = 36009010
	codeBadVersion    = 36009014
	codeIPNotAllowed  = 36009033
	codeTokenMismatch = 101000
	codeTokenExpired  = 105002
	codeNoScope       = 105005
	codeBadSign       = 106001
	codeNoCipher      = 106013
	codeRefreshDead   = 36004001
	codeNoAuthRecord  = 36004005
	codeOrderOnHold   = 21011044
)

// platformError is an answer with a code other than 0.
type platformError struct {
	What      string
	Code      int64
	Message   string
	RequestID string
	cause     error
}

func (e *platformError) Error() string {
	return fmt.Sprintf("%s: %v (%d %s, request %s)", e.What, e.cause, e.Code, e.Message, e.RequestID)
}
func (e *platformError) Unwrap() error { return e.cause }

// invalidTimestamp, badToken and badSetup read the message of code 36009004; TikTok names no other way.
func invalidTimestamp(code int64, message string) bool {
	return code == codeOverloaded && strings.HasPrefix(message, "Invalid timestamp")
}

func badToken(code int64, message string) bool {
	return code == codeTokenExpired ||
		code == codeOverloaded && strings.HasPrefix(message, "Invalid credentials") && strings.Contains(message, "access-token")
}

// refusal turns an answer's code into an error.
func refusal(what string, write bool, status int, env envelope, retryAfter time.Duration) error {
	code, msg, id := int64(env.Code), clean(string(env.Message)), clean(string(env.RequestID))
	because := func(cause error) error {
		return &platformError{What: what, Code: code, Message: msg, RequestID: id, cause: cause}
	}
	switch {
	case code == codeTooMany || status == 429:
		return because(&fulfillment.ThrottledError{RetryAfter: retryAfter})
	case code == codeInternal || code == codeTimeout || status >= 500:
		return &CallError{What: what, Write: write, Sent: true, Status: status,
			Cause: fmt.Errorf("code %d %s, request %s", code, msg, id)}
	case code == codeRefreshDead || code == codeNoAuthRecord || code == codeTokenMismatch || badToken(code, msg):
		return because(fulfillment.ErrUnauthorized)
	case code == codeOrderOnHold:
		return because(fulfillment.ErrNotYet)
	}
	switch code {
	case codeOverloaded, codeBadPath, codeBadMethod, codeBadVersion, codeIPNotAllowed, codeNoScope, codeBadSign, codeNoCipher:
		return because(fulfillment.ErrMisconfigured)
	}
	return fmt.Errorf("%s: %w", what, &fulfillment.RejectedError{Code: code, Message: msg, RequestID: id})
}

// retired reports whether the platform has ended this version of the call; it has done nothing then.
func retired(err error) bool {
	var p *platformError
	return errors.As(err, &p) && (p.Code == codeBadVersion || p.Code == codeOverloaded && strings.HasPrefix(p.Message, "Invalid API version"))
}

// refuse is this program's own "no" before anything is sent.
func refuse(format string, args ...any) error {
	return &fulfillment.RejectedError{Message: fmt.Sprintf(format, args...)}
}

// bare takes the address out of an error of net/http: it holds the sign, and for the token calls the app secret.
func bare(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}

// clean makes a text from outside fit for a log line and a screen.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + "…"
	}
	return s
}
