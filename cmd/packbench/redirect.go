package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"packbench/fulfillment/sellercenter"
)

// authorizationPatience is how long somebody may take in the browser: a code lives as long.
const authorizationPatience = 30 * time.Minute

// defaultRedirect must be written at the app in the Partner Center as its redirect address, or another one into station.toml.
const defaultRedirect = "http://127.0.0.1:47819/connected"

// authorization is one attempt to connect: its link and what tells its answer from others'.
type authorization struct {
	link     string
	state    string
	listener net.Listener // nil: nobody listens, and the code must be pasted
	deaf     error        // why nobody listens
	path     string
}

// errNoService: without it there is no link; a code can still be pasted.
var errNoService = &usageError{"there is no authorization link without the app's service id: write service_id = \"…\" (it stands on the app's page in the Partner Center) " +
	"into the [shop] table of station.toml, or open the link there yourself and pass the code with --auth-code CODE (or --auth-code - to read it from stdin)"}

// newAuthorization makes the link for a market and listens for the browser's return. Close it.
func newAuthorization(ctx context.Context, shop ShopConfig, market string) (*authorization, error) {
	if shop.AppKey == "" {
		return nil, &usageError{"write the app key as app_key = \"…\" into the [shop] table of station.toml first"}
	}
	if shop.ServiceID == "" {
		return nil, errNoService
	}
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	a := &authorization{state: hex.EncodeToString(secret)}
	var err error
	a.link, err = sellercenter.AuthorizationLink(sellercenter.LinkHosts{US: shop.AuthorizeURL, Rest: shop.AuthorizeURL}, market, shop.ServiceID, a.state)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(shop.Redirect)
	if err != nil {
		return nil, err // checked with the configuration
	}
	a.path = "/" + strings.TrimPrefix(u.Path, "/")
	var lc net.ListenConfig
	if a.listener, a.deaf = lc.Listen(ctx, "tcp", u.Host); a.deaf != nil {
		a.listener = nil
	}
	return a, nil
}

func (a *authorization) close() {
	if a.listener != nil {
		_ = a.listener.Close()
	}
}

// wait serves the browser's return until an answer to this link has come, and gives its code. A stranger's answer is refused
// and waited on. Errors: the seller's refusal (fulfillment.ErrUnauthorized), ctx's end.
func (a *authorization) wait(ctx context.Context) (code string, err error) {
	if a.listener == nil {
		<-ctx.Done()
		return "", ctx.Err()
	}
	type answer struct {
		code string
		err  error
	}
	got := make(chan answer, 1)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0), // addresses hold the code
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			status, words := http.StatusOK, "Packbench has the answer. Close this page and go back to Packbench."
			switch code, err := a.code(r.URL.RawQuery); {
			case r.URL.Path != a.path || r.Method != http.MethodGet:
				status, words = http.StatusNotFound, "There is nothing here."
			case errors.Is(err, errStranger):
				status, words = http.StatusBadRequest, "This authorization was not started by the Packbench that waits here. Press Connect there and use its new link."
			default:
				select {
				case got <- answer{code, err}:
				default: // the page was loaded again
				}
			}
			h := w.Header()
			h.Set("Content-Type", "text/plain; charset=utf-8")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cache-Control", "no-store")
			w.WriteHeader(status)
			fmt.Fprintln(w, words)
		})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(a.listener) // it ends with Shutdown below; a code can still be pasted
	}()
	var out answer
	select {
	case out = <-got:
	case <-ctx.Done():
		out.err = ctx.Err()
	}
	// The browser gets its page; it is not waited for long.
	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(bye); err != nil {
		_ = server.Close()
	}
	<-ended
	return out.code, out.err
}

// errStranger: an answer to another link, or none at all.
var errStranger = errors.New("this authorization was not started from here: use the link that is shown now")

// code takes the code out of the query of the address that the browser was sent to.
func (a *authorization) code(query string) (string, error) {
	q, err := url.ParseQuery(query)
	if err != nil || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(a.state)) != 1 {
		return "", errStranger // before anything else: a stranger must not even end the waiting
	}
	return sellercenter.AuthorizationCode("?"+query, a.state)
}

// pasted takes what somebody copied: the code alone, or the whole address to which the browser was sent, whose state must be
// this link's.
func (a *authorization) pasted(text string) (string, error) {
	text = strings.TrimSpace(text)
	if _, query, ok := strings.Cut(text, "?"); ok || strings.Contains(text, "code=") {
		if !ok {
			query = text
		}
		query, _, _ = strings.Cut(query, "#")
		return a.code(query)
	}
	return bareCode(text)
}

// bareCode refuses what cannot be a code before it is sent anywhere. The text is not repeated.
func bareCode(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", &usageError{"no code was given"}
	case len(text) > 1024 || strings.ContainsAny(text, " \t\r\n&?"):
		return "", &usageError{"this is not an authorization code: give only what stands between code= and the next & in the browser's address; " +
			"`packbench shop connect` without --auth-code takes the whole address and checks where it comes from"}
	}
	return text, nil
}
