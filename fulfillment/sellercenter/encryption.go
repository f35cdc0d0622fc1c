package sellercenter

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"packbench/fulfillment"
)

// encryptionTrouble says in a sentence why no encrypted line to the host came about. Nothing was sent then, so it is safe to
// try again; but often a person must look: a guest network, a proxy, a clock, an address.
func encryptionTrouble(host string, cause error) error {
	const between = "a guest network or a proxy answers in its place"
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		plain   tls.RecordHeaderError
		slow    net.Error
	)
	words := fmt.Sprintf("no encrypted line to %s came about: %s", host, clean(cause.Error()))
	switch {
	case errors.As(cause, &plain):
		words = host + " answers without encryption: " + between + ", or the address is wrong"
	case errors.As(cause, &name):
		words = fmt.Sprintf("the certificate is not for %s: %s, or the address is wrong", host, between)
	case errors.As(cause, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		words = fmt.Sprintf("the certificate of %s holds from %s to %s only: look at this computer's clock, then at the network", host,
			invalid.Cert.NotBefore.UTC().Format(time.DateOnly), invalid.Cert.NotAfter.UTC().Format(time.DateOnly))
	case errors.As(cause, &unknown), errors.As(cause, &invalid):
		words = fmt.Sprintf("the certificate of %s is not trusted here: %s", host, between)
	case errors.As(cause, &slow) && slow.Timeout():
		words = fmt.Sprintf("%s does not finish the handshake for encryption: a firewall or a proxy may hold it up", host)
	case errors.Is(cause, io.EOF), errors.Is(cause, io.ErrUnexpectedEOF), errors.Is(cause, net.ErrClosed), strings.Contains(cause.Error(), "connection reset"):
		words = fmt.Sprintf("%s breaks off the handshake for encryption: a firewall or a proxy may forbid it", host)
	}
	return &fulfillment.LineError{Words: words, Cause: cause}
}
