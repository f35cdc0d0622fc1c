package shop

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // the platform takes JPEG and PNG
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// upload is a file that a client sent. Its bytes are thrown away: nobody downloads it again.
type upload struct {
	kind          string // IMG or PDF
	width, height int
	size          int
}

const (
	maxImage = 5 << 20
	maxPDF   = 10 << 20
)

// maxUpload is the largest multipart body: a PDF and its frame.
const maxUpload = maxPDF + 1<<20

// formParts reads a multipart body; every part may come once and must be documented.
func formParts(c *call, names ...string) (map[string][]byte, error) {
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil {
		return nil, errNotMultipart
	}
	parts := map[string][]byte{}
	r := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errNotMultipart
		}
		name := part.FormName()
		if _, twice := parts[name]; twice || !slices.Contains(names, name) {
			return nil, artificial(codeUnknownField, "Invalid parameter. The form has no field `%s`, or it appears twice", name)
		}
		if parts[name], err = io.ReadAll(part); err != nil {
			return nil, errNotMultipart
		}
	}
	if len(parts["data"]) == 0 {
		return nil, artificial(codeMissing, "Missing parameter. `data` is empty")
	}
	return parts, nil
}

type imageAnswer struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// uploadImage is POST …/images/upload: JPEG or PNG, 100 to 20000 pixels a side, at most 5 MB.
func (s *store) uploadImage(c *call) (any, error) {
	parts, err := formParts(c, "data")
	if err != nil {
		return nil, err
	}
	up, err := readImage(parts["data"])
	if err != nil {
		return nil, err
	}
	url := s.keep(c, up)
	return imageAnswer{url, up.width, up.height}, nil
}

func readImage(data []byte) (upload, error) {
	if len(data) > maxImage {
		return upload{}, errTooLarge
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil || format != "jpeg" && format != "png":
		return upload{}, artificial(codeUpload, "The image is neither JPEG nor PNG")
	case cfg.Width < 100 || cfg.Height < 100 || cfg.Width > 20000 || cfg.Height > 20000:
		return upload{}, artificial(codeUpload, "The image has %d × %d pixels: 100 to 20000 a side are taken", cfg.Width, cfg.Height)
	}
	return upload{"IMG", cfg.Width, cfg.Height, len(data)}, nil
}

func (s *store) keep(c *call, up upload) string {
	id := s.ids.next("88")
	url := fmt.Sprintf("%s/upload/%s", c.base, id)
	c.srv.uploads[url] = up
	s.effects.add("upload", "", "", fmt.Sprintf("%s %d bytes", up.kind, up.size))
	return url
}

type fileAnswer struct {
	URL  string `json:"url"`
	Name string `json:"name"`
}

// uploadFile is POST …/files/upload: a PDF of at most 10 MB.
func (s *store) uploadFile(c *call) (any, error) {
	parts, err := formParts(c, "data", "name")
	if err != nil {
		return nil, err
	}
	name, data := string(parts["name"]), parts["data"]
	switch {
	case name == "" || !strings.HasSuffix(strings.ToLower(name), ".pdf"):
		return nil, artificial(codeMissing, "Invalid parameter. `name` must end in .pdf")
	case len(data) > maxPDF:
		return nil, errTooLarge
	case !bytes.HasPrefix(data, []byte("%PDF-")):
		return nil, artificial(codeUpload, "The file is not a PDF")
	}
	return fileAnswer{s.keep(c, upload{kind: "PDF", size: len(data)}), name}, nil
}

// uploaded reports whether url came from an upload of that kind.
func (s *Server) uploaded(url, kind string) bool {
	up, ok := s.uploads[url]
	return ok && up.kind == kind
}

type productImageAnswer struct {
	URI     string `json:"uri"`
	URL     string `json:"url"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	UseCase string `json:"use_case"`
}

// uploadProductImage is POST /product/202309/images/upload; its uri is the image_id of a rejection.
func (s *store) uploadProductImage(c *call) (any, error) {
	parts, err := formParts(c, "data", "use_case")
	if err != nil {
		return nil, err
	}
	up, err := readImage(parts["data"])
	if err != nil {
		return nil, err
	}
	url := s.keep(c, up)
	return productImageAnswer{"tos-sandbox/" + url[strings.LastIndexByte(url, '/')+1:], url, up.width, up.height,
		or(string(parts["use_case"]), "MAIN_IMAGE")}, nil
}

// checkImages: images of a rejection must have been uploaded, and their size must be what was uploaded.
func (c *call) checkImages(list []rejectImage) error {
	for _, img := range list {
		id, found := strings.CutPrefix(deref(img.ImageID), "tos-sandbox/")
		up, known := c.srv.uploads[c.base+"/upload/"+id]
		if !found || !known {
			return artificial(codeUpload, "Image %q was not uploaded", deref(img.ImageID))
		}
		if img.Width != nil && int(*img.Width) != up.width || img.Height != nil && int(*img.Height) != up.height {
			return artificial(codeUpload, "Image %q has %d × %d pixels", id, up.width, up.height)
		}
	}
	return nil
}

// isUpload tells multipart requests apart: their bodies may be larger.
func isUpload(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
}
