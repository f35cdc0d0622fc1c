package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNothingSecretIsLogged(t *testing.T) {
	canaries := []string{"s3cret-app", "acc-token", "ref-token", "auth-code-1", "cipher-GCP", "Nobody Example", "1 Sample Road"}
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{ReplaceAttr: redact}))
	log.Info("Tokens", "accessToken", canaries[1], "refreshToken", canaries[2], "appSecret", canaries[0])
	log.Info("Called", "url", "https://host/api?app_secret="+canaries[0]+"&access_token="+canaries[1]+"&page=1")
	log.Error("Failed", "err", fmt.Errorf("get token: %w", errors.New("GET /token?auth_code="+canaries[3]+"&shop_cipher="+canaries[4]+": refused")))
	log.Warn("Buyer", "recipientName", canaries[5], "address", canaries[6], slog.Group("order", "buyerPhone", "07000"))
	for _, c := range append(canaries, "07000") {
		if strings.Contains(b.String(), c) {
			t.Errorf("%q reached the log: %s", c, b.String())
		}
	}
	for _, keep := range []string{"page=1", "refused", "https://host/api"} {
		if !strings.Contains(b.String(), keep) {
			t.Errorf("%q was removed although it is no secret", keep)
		}
	}
}

func TestLogsGoToTheDataFolder(t *testing.T) {
	dir := t.TempDir()
	log, closer := newLog(dir)
	log.Info("Started")
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "log", "packbench.log"))
	if err != nil || !bytes.Contains(text, []byte(`"msg":"Started"`)) {
		t.Errorf("got %q, %v", text, err)
	}
}
