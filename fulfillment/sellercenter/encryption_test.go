package sellercenter

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"packbench/fulfillment"
)

// certificate is one for a host, which the pool trusts where it is given.
func certificate(t *testing.T, host string, from, to time.Time, trusted *x509.CertPool) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(host); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if trusted != nil {
		if c, err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
		trusted.AddCert(c)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// listen takes connections on loopback and gives each to serve.
func listen(t *testing.T, serve func(net.Conn)) (url string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return "https://" + l.Addr().String()
}

// TestWhatIsNoEncryptedLineHasASentence: a wrong certificate, a handshake that is broken off, HTTP where HTTPS is wanted. Nothing
// was sent, so a write is as safe to try again as a read, and the sentence says what a person can look at.
func TestWhatIsNoEncryptedLineHasASentence(t *testing.T) {
	now := time.Now()
	pool := x509.NewCertPool()
	secure := func(c tls.Certificate) string {
		s := httptest.NewUnstartedServer(http.NotFoundHandler())
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.URL
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	day := 24 * time.Hour
	for name, c := range map[string]struct{ url, words string }{
		"nobody vouches":    {secure(certificate(t, "127.0.0.1", now.Add(-day), now.Add(day), nil)), "is not trusted here: a guest network or a proxy"},
		"another host's":    {secure(certificate(t, "login.guest.example", now.Add(-day), now.Add(day), pool)), "the certificate is not for 127.0.0.1"},
		"expired":           {secure(certificate(t, "127.0.0.1", now.Add(-9*day), now.Add(-day), pool)), "look at this computer's clock"},
		"not yet":           {secure(certificate(t, "127.0.0.1", now.Add(day), now.Add(9*day), pool)), "look at this computer's clock"},
		"closed at once":    {listen(t, func(c net.Conn) { _ = c.Close() }), "breaks off the handshake"},
		"closed after some": {listen(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 5)); _ = c.(*net.TCPConn).SetLinger(0); _ = c.Close() }), "breaks off the handshake"},
		"HTTP":              {strings.Replace(plain.URL, "http:", "https:", 1), "answers without encryption"},
		"another protocol":  {listen(t, func(c net.Conn) { _, _ = c.Write([]byte("220 mail.example ESMTP\r\n")) }), "answers without encryption"},
	} {
		t.Run(name, func(t *testing.T) {
			hop := newTransport()
			hop.TLSClientConfig.RootCAs = pool
			client, err := New(Config{APIURL: c.url, AuthURL: c.url, AppKey: "k", AppSecret: "s", Tokens: &memTokens{has: true, t: Tokens{Access: "tok-1", Refresh: "ref-1", AccessExpires: now.Add(week), ObtainedAt: now}}, Transport: hop})
			if err != nil {
				t.Fatal(err)
			}
			said := func(err error) {
				t.Helper()
				var line *fulfillment.LineError
				if !errors.Is(err, fulfillment.ErrOffline) || errors.Is(err, fulfillment.ErrUncertain) || !errors.As(err, &line) {
					t.Fatalf("got %v", err)
				}
				if !strings.Contains(line.Words, c.words) || len(line.Words) > 140 || strings.Contains(err.Error(), "\n") {
					t.Errorf("said %q", line.Words)
				}
			}
			_, err = client.Exchange(ctx(), "code")
			said(err)
			_, err = client.Shops(ctx())
			said(err)
			said(mark(client))
			for range breakAfter {
				_, err = client.Shops(ctx())
			}
			said(err) // asked no more for a moment, and it is still the same trouble
		})
	}
}
