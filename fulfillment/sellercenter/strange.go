package sellercenter

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"packbench/fulfillment"
)

// strangeAnswer says what came in place of the platform's answer, and what a person can do about it. It is a
// fulfillment.LineError where somebody must look at this PC's network or settings; a server that is out of order is not.
func strangeAnswer(rep reply) error {
	host, came := first(rep.host, "the Seller Center"), kindOf(rep)
	say := func(format string, args ...any) error {
		return &fulfillment.LineError{Words: fmt.Sprintf(format, args...), Cause: errUnusable}
	}
	s := rep.status
	switch {
	case s == http.StatusProxyAuthRequired:
		return proxyLogin(host)
	case s == http.StatusNetworkAuthenticationRequired:
		return say("the network wants a log-in before it reaches %s (HTTP 511): log in with a web browser on this PC", host)
	case s >= 300 && s <= 399:
		return say("%s is led to %s (HTTP %d): log in to the network with a web browser, or correct api_url in station.toml", host, first(leadsTo(rep), "nowhere"), s)
	case s == http.StatusUnauthorized || s == http.StatusForbidden || s == http.StatusUnavailableForLegalReasons:
		return say("a proxy or firewall refuses %s (HTTP %d): ask whoever keeps the network to let this PC through", host, s)
	case s == http.StatusNotFound || s == http.StatusGone || s == http.StatusMethodNotAllowed:
		return say("%s does not know what was asked (HTTP %d): correct api_url and auth_url in station.toml", host, s)
	case s >= 500:
		return fmt.Errorf("%w: %s came, so %s or a proxy before it is out of order; there is nothing to do here but wait; if it lasts, ask whoever keeps the network",
			errUnusable, came, host)
	case isPage(rep):
		return say("a web page came in place of %s (HTTP %d): log in to the network with a web browser, or ask who keeps it", host, s)
	case len(bytes.TrimSpace(rep.body)) == 0:
		return say("%s answers nothing (HTTP %d): ask whoever keeps the network whether a proxy or virus scanner empties it", host, s)
	}
	return say("%s answers with %s (HTTP %d): correct api_url in station.toml, or ask whoever keeps the network", host, came, s)
}

// proxyLogin is a proxy that does not know this PC.
func proxyLogin(host string) error {
	return &fulfillment.LineError{Words: "the proxy before " + host + " wants a log-in (HTTP 407): ask whoever keeps the network what to write into HTTPS_PROXY", Cause: errUnusable}
}

// refusedByProxy: net/http has no other way to tell what a proxy said to CONNECT than its words.
func refusedByProxy(err error) bool {
	return err != nil && err.Error() == http.StatusText(http.StatusProxyAuthRequired)
}

// leadsTo is the host of a Location, never the rest of it: it may hold what was asked.
func leadsTo(rep reply) string {
	u, err := url.Parse(rep.header.Get("Location"))
	if err != nil {
		return ""
	}
	return clean(u.Hostname())
}

func isPage(rep reply) bool {
	kind, _, _ := mime.ParseMediaType(rep.header.Get("Content-Type"))
	head := strings.ToLower(string(bytes.TrimLeft(rep.body[:min(len(rep.body), 512)], "\xef\xbb\xbf \r\n\t")))
	return kind == "text/html" || kind == "application/xhtml+xml" || strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

// kindOf names what came in a word or two.
func kindOf(rep reply) string {
	kind, _, err := mime.ParseMediaType(rep.header.Get("Content-Type"))
	switch {
	case len(bytes.TrimSpace(rep.body)) == 0:
		return "nothing"
	case isPage(rep):
		return "a web page"
	case err != nil || kind == "" || strings.HasSuffix(kind, "/json"):
		return "something unknown"
	}
	return clean(kind)
}

// errUnusable is the cause of a CallError whose answer arrived and cannot be used.
var errUnusable = errors.New("the answer cannot be used")
