package shop

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
)

//go:embed authpage.html
var authHTML string

var authTemplate = template.Must(template.New("authorize").Parse(authHTML))

type authView struct {
	Shops    []authShop
	Scopes   []string
	State    string
	Redirect string
	Code     string // after consent, where there is nowhere to go
	Refused  bool
}

type authShop struct{ Name, Region string }

// authPaths are the consent page: the documented one, which names the app by its service id, and the older one of the
// authorization host, which names it by its key.
func isAuthPath(path string) bool { return path == "/open/authorize" || path == "/oauth/authorize" }

// serveAuthorize is the page on which the seller lets the app in. Where it leads is set at the app on the platform
// (Options.RedirectURL); the sandbox also takes redirect_uri, to this machine only. Consent leads to
// {redirect}?code=…&state=…, refusal to {redirect}?code=null&error=auth_denied&state=….
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	if origin := r.Header.Get("Origin"); r.Method == http.MethodPost && origin != "" && origin != "null" && origin != "http://"+r.Host {
		http.Error(w, "the consent must be given on this page", http.StatusForbidden)
		return
	}
	if known := r.Form.Get("service_id") == s.serviceID() || r.Form.Get("app_key") == s.opt.AppKey; !known {
		http.Error(w, "This app is not known here: check service_id (or app_key) in the link.", http.StatusNotFound)
		return
	}
	redirect := s.opt.RedirectURL
	if v := r.Form.Get("redirect_uri"); v != "" {
		u, err := url.Parse(v)
		if err != nil || u.Scheme != "http" || !loopbackName(u.Host) {
			http.Error(w, "redirect_uri must be an http address on this machine", http.StatusBadRequest)
			return
		}
		redirect = v
	}
	view := authView{State: r.Form.Get("state"), Redirect: redirect, Scopes: s.opt.Scopes}
	if r.Method == http.MethodPost {
		s.mu.Lock()
		if view.Refused = r.Form.Get("answer") != "authorize"; !view.Refused {
			view.Code = s.tokens.newCode(s.opt.Clock())
		}
		s.mu.Unlock()
		if redirect != "" {
			http.Redirect(w, r, view.target(), http.StatusSeeOther)
			return
		}
	}
	s.mu.Lock()
	for _, of := range s.stores {
		view.Shops = append(view.Shops, authShop{"Packbench Sandbox " + of.market.region, of.market.country})
	}
	s.mu.Unlock()
	s.writePage(w, authTemplate, view)
}

func (v authView) target() string {
	u, err := url.Parse(v.Redirect)
	if err != nil {
		return "/" // Options and the request were checked
	}
	q := u.Query()
	q.Set("code", v.Code)
	if v.Refused {
		q.Set("code", "null")
		q.Set("error", "auth_denied")
	}
	if v.State != "" {
		q.Set("state", v.State)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// serviceID names the app in the link; it is not the app key.
func (s *Server) serviceID() string { return "7300000000000" + digits(s.opt.AppKey, 6) }

// digits makes n digits of a text.
func digits(text string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = '0' + text[(i+3)%len(text)]%10
	}
	return string(out)
}

func (s *Server) writePage(w http.ResponseWriter, t *template.Template, view any) {
	var page bytes.Buffer
	if err := t.Execute(&page, view); err != nil {
		http.Error(w, "the page cannot be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := w.Write(page.Bytes()); err != nil {
		s.log.Debug("page not delivered", "err", err)
	}
}
