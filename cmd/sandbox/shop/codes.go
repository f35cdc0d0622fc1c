package shop

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/code128"
)

// codePicture draws any text as Code 128, for a scanner that is held to the screen: /admin/code/{text}.
func (s *Server) codePicture(w http.ResponseWriter, r *http.Request) {
	code, err := code128.Encode(r.PathValue("text"))
	if err != nil {
		http.Error(w, "this cannot be a Code 128: "+err.Error(), http.StatusBadRequest)
		return
	}
	n := code.Bounds().Dx()
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 30" preserveAspectRatio="none" shape-rendering="crispEdges"><rect width="100%%" height="100%%" fill="#fff"/>`, n+2*quietModules)
	for i := range n {
		if c, _, _, _ := code.At(code.Bounds().Min.X+i, code.Bounds().Min.Y).RGBA(); c < 0x8000 {
			fmt.Fprintf(&out, `<rect x="%d" width="1" height="30"/>`, i+quietModules)
		}
	}
	out.WriteString("</svg>")
	w.Header().Set("Content-Type", "image/svg+xml")
	if _, err := w.Write([]byte(out.String())); err != nil {
		s.log.Debug("code not delivered", "err", err)
	}
}

// effectsOf is GET /admin/effects?what=ship: every lasting change that a call made, with the call's number, so that a
// test can count what happened twice.
func (s *Server) effectsOf(r *http.Request) (any, error) {
	type row struct {
		N      int    `json:"n"`
		Method string `json:"method"`
		Path   string `json:"path"`
		Fault  string `json:"fault,omitempty"`
		effect
	}
	list := []row{}
	what := r.URL.Query().Get("what")
	for _, e := range s.journal.entries {
		for _, f := range e.Effects {
			if what == "" || f.What == what {
				list = append(list, row{e.N, e.Method, e.Path, e.Fault, f})
			}
		}
	}
	return list, nil
}
