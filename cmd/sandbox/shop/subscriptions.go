package shop

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

type webhookRow struct {
	EventType  string `json:"event_type"`
	Address    string `json:"address"`
	CreateTime int64  `json:"create_time"`
	UpdateTime int64  `json:"update_time"`
}

type webhooksAnswer struct {
	TotalCount int          `json:"total_count"`
	Webhooks   []webhookRow `json:"webhooks"`
}

// eventTypes may be subscribed to.
var eventTypes = []string{"ORDER_STATUS_CHANGE", "RECIPIENT_ADDRESS_UPDATE", "PACKAGE_UPDATE", "PRODUCT_STATUS_CHANGE",
	"SELLER_DEAUTHORIZATION", "UPCOMING_AUTHORIZATION_EXPIRATION", "CANCELLATION_STATUS_CHANGE", "RETURN_STATUS_CHANGE",
	"NEW_CONVERSATION", "NEW_MESSAGE", "PRODUCT_INFORMATION_CHANGE", "PRODUCT_CREATION", "PRODUCT_CATEGORY_CHANGE",
	"NEW_MESSAGE_LISTENER", "INVOICE_STATUS_CHANGE", "PRODUCT_AUDIT_STATUS_CHANGE", "REVERSE_STATUS_UPDATE", "INVENTORY_STATUS_CHANGE"}

// listWebhooks is GET /event/202309/webhooks.
func (s *store) listWebhooks(*call) (any, error) {
	answer := webhooksAnswer{Webhooks: []webhookRow{}}
	for _, kind := range eventTypes {
		if sub := s.hooks.addresses[s.id][kind]; sub != nil {
			answer.Webhooks = append(answer.Webhooks, webhookRow{kind, sub.address, sub.created.Unix(), sub.updated.Unix()})
		}
	}
	answer.TotalCount = len(answer.Webhooks)
	return answer, nil
}

type webhookRequest struct {
	Address   *string `json:"address"`
	EventType *string `json:"event_type"`
}

// putWebhook is PUT /event/202309/webhooks. The platform takes https addresses with a domain name and without a port
// only; the sandbox also takes http addresses on this machine, for a relay that is being built or tested.
func (s *store) putWebhook(c *call) (any, error) {
	req, err := decodeBody[webhookRequest](c.body)
	if err != nil {
		return nil, err
	}
	kind, address := deref(req.EventType), deref(req.Address)
	if !slices.Contains(eventTypes, kind) {
		return nil, artificial(codeMissing, "Invalid parameter. `event_type` %q is not known", kind)
	}
	if why := badAddress(address); why != "" {
		return nil, artificial(codeMissing, "Invalid parameter. `address` %s", why)
	}
	if s.hooks.addresses[s.id] == nil {
		s.hooks.addresses[s.id] = map[string]*subscription{}
	}
	sub := s.hooks.addresses[s.id][kind]
	if sub == nil {
		sub = &subscription{created: c.wall}
		s.hooks.addresses[s.id][kind] = sub
	}
	sub.address, sub.updated = address, c.wall.Truncate(time.Second)
	s.effects.add("webhook", "", "", kind+" "+address)
	return empty{}, nil
}

func badAddress(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || len(address) > 255:
		return "must be a URL of at most 255 characters"
	case u.Scheme == "http" && loopbackName(u.Host):
		return ""
	case u.Scheme != "https":
		return "must be https"
	case u.Port() != "" || net.ParseIP(strings.Trim(u.Hostname(), "[]")) != nil || !strings.Contains(u.Hostname(), "."):
		return "must be a domain name without a port"
	}
	return ""
}

// deleteWebhook is DELETE /event/202309/webhooks; it always succeeds.
func (s *store) deleteWebhook(c *call) (any, error) {
	req, err := decodeBody[webhookRequest](c.body)
	if err != nil {
		return nil, err
	}
	delete(s.hooks.addresses[s.id], deref(req.EventType))
	s.effects.add("webhook", "", "", "no "+deref(req.EventType))
	return empty{}, nil
}
