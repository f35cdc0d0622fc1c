package shop

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// provider is a made-up carrier. Its tracking numbers are prefix + digits + suffix.
type provider struct {
	ID, Name       string
	prefix, suffix string
	digits         int
}

func (p provider) newTracking(rng *rand.Rand) string {
	var b strings.Builder
	b.WriteString(p.prefix)
	for range p.digits {
		b.WriteByte(byte('0' + rng.IntN(10)))
	}
	b.WriteString(p.suffix)
	return b.String()
}

func (p provider) issues(tracking string) bool {
	rest, ok := strings.CutPrefix(tracking, p.prefix)
	if !ok {
		return false
	}
	rest, ok = strings.CutSuffix(rest, p.suffix)
	if !ok || len(rest) != p.digits {
		return false
	}
	return strings.Trim(rest, "0123456789") == ""
}

// anyTracking is what may be a tracking number of any carrier at all.
var anyTracking = regexp.MustCompile(`^[A-Z0-9]{8,34}$`)

// sellerProvider finds a carrier that the seller may use.
func (m market) sellerProvider(id string) (provider, bool) {
	for _, p := range m.sellers {
		if p.ID == id {
			return p, true
		}
	}
	return provider{}, false
}

// checkTracking judges a tracking number the seller gave. Where the market warns, the call goes on with the warning;
// elsewhere a number that cannot be this provider's is refused. The warnings are worded after the documented cases.
func (m market) checkTracking(p provider, tracking string) (warning string, err *apiError) {
	if !anyTracking.MatchString(tracking) {
		return "", artificial(codeBadTracking, "The tracking number %q is not valid", tracking)
	}
	if p.issues(tracking) {
		return "", nil
	}
	for _, other := range append([]provider{m.platform}, m.sellers...) {
		if other.ID == p.ID || !other.issues(tracking) {
			continue
		}
		if m.trackingWarns {
			return fmt.Sprintf("The tracking number does not match %s. Did you mean %s?", p.Name, other.Name), nil
		}
		return "", artificial(codeBadTracking, "The tracking number %q does not belong to %s", tracking, p.Name)
	}
	if m.trackingWarns {
		return "No shipping provider was found for this tracking number.", nil
	}
	return "", nil
}
