package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif"  // product pictures come in these formats
	_ "image/jpeg" //
	_ "image/png"  //
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// pictures fetches product pictures and keeps them on the disk: the bench shows them with the network down too.
type pictures struct {
	dir    string
	client *http.Client
}

const (
	maxPicture  = 4 << 20 // bytes
	maxPictureW = 4000    // dots a side; a larger one is refused before it is unpacked
)

func newPictures(dir string) *pictures {
	return &pictures{dir: dir, client: &http.Client{Timeout: 10 * time.Second}}
}

// get returns the picture at the address, a web address or a file. It may be called concurrently.
func (p *pictures) get(ctx context.Context, address string) (image.Image, error) {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return nil, fmt.Errorf("picture %q: no address", address)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		data, err := readPlain(address, maxPicture)
		if err != nil {
			return nil, fmt.Errorf("picture: %w", err)
		}
		return decodePicture(data)
	}
	sum := sha256.Sum256([]byte(address))
	kept := filepath.Join(p.dir, hex.EncodeToString(sum[:16]))
	if data, err := readPlain(kept, maxPicture); err == nil {
		return decodePicture(data)
	}
	data, err := p.fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	img, err := decodePicture(data)
	if err != nil {
		return nil, err
	}
	if os.MkdirAll(p.dir, 0o700) == nil { // a cache that cannot be written costs a download, nothing else
		_ = os.WriteFile(kept, data, 0o600)
	}
	return img, nil
}

func (p *pictures) fetch(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch picture: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch picture: %s", resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxPicture+1))
	if err == nil && len(data) > maxPicture {
		err = fmt.Errorf("larger than %d bytes", maxPicture)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch picture: %w", err)
	}
	return data, nil
}

func decodePicture(data []byte) (image.Image, error) {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	if cfg.Width > maxPictureW || cfg.Height > maxPictureW {
		return nil, fmt.Errorf("picture of %d×%d dots is too large", cfg.Width, cfg.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	return img, err
}
