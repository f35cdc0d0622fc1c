package sellercenter

import (
	"errors"
	"fmt"
	"net/url"

	"packbench/fulfillment"
)

// LinkHosts are where sellers authorize an app. Sources disagree about the United States' host, so it can be set.
type LinkHosts struct {
	US   string // https://services.tiktokshops.us if empty
	Rest string // https://services.tiktokshop.com if empty
}

// AuthorizationLink is the page on which the seller of this market lets the app in. serviceID is from the app's page (it
// is not the app key); state comes back with the redirect and must be the caller's own and unguessable.
func AuthorizationLink(hosts LinkHosts, market, serviceID, state string) (string, error) {
	if err := checkID("service id", serviceID); err != nil {
		return "", err
	}
	if state == "" {
		return "", errors.New("an authorization link needs a state, or anybody could connect this station to a shop of theirs")
	}
	host := first(hosts.Rest, "https://services.tiktokshop.com")
	if region(market) == "US" {
		host = first(hosts.US, "https://services.tiktokshops.us")
	}
	u, err := base("authorization host", host)
	if err != nil {
		return "", err
	}
	u.Path += "/open/authorize"
	u.RawQuery = queryString(map[string]string{"service_id": serviceID, "state": state})
	return u.String(), nil
}

// AuthorizationCode takes the code out of the address the seller was sent back to. state is the one of the link; an
// authorization that was started from the platform's App Store carries none and is refused, because nobody can tell whose it
// is: use the link. The code lives 30 minutes and works once.
func AuthorizationCode(redirect, state string) (string, error) {
	u, err := url.Parse(redirect)
	if err != nil {
		return "", errors.New("this is not the address that the authorization led to")
	}
	q := u.Query()
	switch code := q.Get("code"); {
	case q.Get("error") != "":
		return "", fmt.Errorf("the seller did not let the app in (%s): %w", clean(q.Get("error")), fulfillment.ErrUnauthorized)
	case state == "" || q.Get("state") != state:
		return "", errors.New("this authorization was not started from here: use the link of this station")
	case code == "" || code == "null":
		return "", fmt.Errorf("the address holds no code: %w", fulfillment.ErrUnauthorized)
	default:
		return code, nil
	}
}
