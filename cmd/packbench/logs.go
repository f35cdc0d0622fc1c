package main

import (
	"io"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"

	"gopkg.in/natefinch/lumberjack.v2"
)

// newLog writes structured lines to DIR/log/packbench.log: 10 MB a file, ten old ones, 30 days. Nothing secret and no
// buyer data reaches it: keys that name secrets lose their value, and secrets inside texts are cut out.
func newLog(dir string) (*slog.Logger, io.Closer) {
	out := &lumberjack.Logger{Filename: filepath.Join(dir, "log", "packbench.log"), MaxSize: 10, MaxBackups: 10, MaxAge: 30}
	return slog.New(slog.NewJSONHandler(cleanWriter{out}, &slog.HandlerOptions{ReplaceAttr: redact})), out
}

var (
	secretKey  = regexp.MustCompile(`(?i)secret|token|auth_?code|password|sign$|cipher|recipient|address|phone|buyer`)
	secretText = regexp.MustCompile(`(?i)((?:app_secret|access_token|refresh_token|auth_code|sign|shop_cipher)=)[^&\s"]+`)
)

// redact is the last gate before the disk.
func redact(_ []string, a slog.Attr) slog.Attr {
	if secretKey.MatchString(a.Key) {
		return slog.String(a.Key, "[removed]")
	}
	switch v := a.Value.Any().(type) {
	case string:
		if strings.Contains(v, "=") {
			a.Value = slog.StringValue(secretText.ReplaceAllString(v, "${1}[removed]"))
		}
	case error:
		a.Value = slog.StringValue(secretText.ReplaceAllString(v.Error(), "${1}[removed]"))
	}
	return a
}
