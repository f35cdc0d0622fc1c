package sellercenter

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"mime"
	"slices"
	"strings"
)

// Sign computes the sign query parameter of a request: lower-case hex HMAC-SHA-256, keyed with the app secret, over
// secret + path + every query key and DECODED value in bytewise order of the keys (without sign and access_token) + the
// body bytes exactly as sent + secret. The body is left out for multipart/form-data. Source: Partner Center, "Sign your
// API request". It may be called concurrently.
func Sign(secret, path string, query map[string]string, contentType string, body []byte) string {
	var b strings.Builder
	b.WriteString(secret)
	b.WriteString(path)
	for _, key := range slices.Sorted(maps.Keys(query)) {
		if key == "sign" || key == "access_token" {
			continue
		}
		b.WriteString(key)
		b.WriteString(query[key])
	}
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "multipart/form-data" {
		b.Write(body)
	}
	b.WriteString(secret)
	return digest(secret, b.String())
}

// SignWebhook computes what the platform puts into the Authorization header of a webhook: HMAC-SHA-256, keyed with the
// app secret, over app key + raw body.
func SignWebhook(appKey, secret string, body []byte) string {
	return digest(secret, appKey+string(body))
}

// VerifyWebhook reports whether header is the signature of body, in constant time.
func VerifyWebhook(appKey, secret, header string, body []byte) bool {
	return hmac.Equal([]byte(SignWebhook(appKey, secret, body)), []byte(header))
}

func digest(key, message string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(message))
	return hex.EncodeToString(mac.Sum(nil))
}
