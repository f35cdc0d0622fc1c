package shop

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/url"
	"sort"
	"strings"
)

// requestSign is the platform's request signature: lower-case hex of HMAC-SHA256 with the app secret over
// secret + path + key1value1key2value2… + raw body + secret. Keys are sorted bytewise without sign and access_token,
// values are URL-decoded (of a repeated key only the first counts), and the body is left out for multipart/form-data.
func requestSign(secret, path string, query url.Values, contentType string, body []byte) string {
	keys := make([]string, 0, len(query))
	for k := range query {
		if k != "sign" && k != "access_token" {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	var b strings.Builder
	b.WriteString(secret)
	b.WriteString(path)
	for _, k := range keys {
		b.WriteString(k)
		b.WriteString(query.Get(k))
	}
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "multipart/form-data" {
		b.Write(body)
	}
	b.WriteString(secret)
	return macHex(secret, b.String())
}

// WebhookSign is the Authorization header of a webhook: lower-case hex of HMAC-SHA256 with the app secret over the app
// key followed by the raw body.
func WebhookSign(appKey, appSecret string, rawBody []byte) string {
	return macHex(appSecret, appKey+string(rawBody))
}

func macHex(key, msg string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(msg))
	return hex.EncodeToString(mac.Sum(nil))
}

// sameMAC compares in constant time. Upper-case hex is not the same: the documents say lower case.
func sameMAC(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
