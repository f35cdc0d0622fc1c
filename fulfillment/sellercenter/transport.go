package sellercenter

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

// Limits of one exchange.
const (
	connectTimeout = 5 * time.Second
	tlsTimeout     = 5 * time.Second
	headerTimeout  = 15 * time.Second
	totalTimeout   = 30 * time.Second
	maxAnswer      = 16 << 20 // bytes of one API answer
	maxDocument    = 8 << 20  // bytes of one label
)

var errTooBig = errors.New("the answer is larger than allowed")

// newTransport speaks HTTP/1.1 with system roots and proxies. net/http repeats a POST by itself only where not one byte
// of it was written.
func newTransport() *http.Transport {
	d := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: d.DialContext,
		TLSHandshakeTimeout: tlsTimeout, ResponseHeaderTimeout: headerTimeout, IdleConnTimeout: 60 * time.Second,
		MaxIdleConnsPerHost: 8, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
}

// reply is a complete answer.
type reply struct {
	host   string // that was asked
	status int
	header http.Header
	body   []byte
}

// exchange sends one request and reads the whole answer. sent tells whether anything left this machine; an error never
// holds the address of the request.
func exchange(ctx context.Context, hc *http.Client, req *http.Request, limit int64) (r reply, sent bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, totalTimeout)
	defer cancel()
	var wrote atomic.Bool
	var handshake atomic.Pointer[error]
	trace := &httptrace.ClientTrace{
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { handshake.Store(&err) },
		WroteHeaderField: func(string, []string) { wrote.Store(true) },
		WroteHeaders:     func() { wrote.Store(true) },
	}
	resp, err := hc.Do(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil {
		err = bare(err)
		if h := handshake.Load(); h != nil && *h != nil && !wrote.Load() && ctx.Err() == nil {
			err = encryptionTrouble(req.URL.Hostname(), *h)
		}
		if refusedByProxy(err) && !wrote.Load() {
			err = proxyLogin(req.URL.Hostname())
		}
		return reply{}, wrote.Load(), err
	}
	defer resp.Body.Close()
	r = reply{host: req.URL.Hostname(), status: resp.StatusCode, header: resp.Header}
	r.body, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return r, true, fmt.Errorf("reading the answer: %w", bare(err))
	}
	if int64(len(r.body)) > limit {
		return r, true, errTooBig
	}
	return r, true, nil
}

// retryAfter reads the header in seconds or as a date; 0 if it is missing or senseless, never more than 10 minutes.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	d := time.Duration(0)
	if n, err := strconv.Atoi(v); err == nil {
		d = time.Duration(min(n, 86400)) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), 10*time.Minute)
}
