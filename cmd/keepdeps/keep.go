// Package keepdeps holds module requirements while the rooms are being built.
package keepdeps

import (
	_ "codeberg.org/go-pdf/fpdf"
	_ "fyne.io/fyne/v2/app"
	_ "fyne.io/fyne/v2/test"
	_ "github.com/boombuler/barcode/code128"
	_ "github.com/creack/pty"
	_ "github.com/ebitengine/oto/v3"
	_ "github.com/go-text/typesetting/shaping"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/google/uuid"
	_ "github.com/klippa-app/go-pdfium/webassembly"
	_ "github.com/makiuchi-d/gozxing/oned"
	_ "github.com/mattn/go-sqlite3"
	_ "github.com/pelletier/go-toml/v2"
	_ "github.com/pressly/goose/v3"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/zalando/go-keyring"
	_ "go.bug.st/serial"
	_ "go.uber.org/goleak"
	_ "golang.org/x/crypto/argon2"
	_ "golang.org/x/image/draw"
	_ "golang.org/x/time/rate"
	_ "gopkg.in/natefinch/lumberjack.v2"
	_ "pgregory.net/rapid"
)
