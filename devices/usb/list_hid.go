package usb

import (
	"slices"
	"strings"
)

// collection is one top-level collection of a HID device, as systems list them that show no interfaces.
type collection struct {
	id           ID
	maker, model string
	page         uint16
}

// foundIn joins the collections of each device. Their protocol stays 0: that a device types cannot be used where the system keeps
// keyboards to itself.
func foundIn(all []collection) []Found {
	var out []Found
	for _, c := range all {
		i := slices.IndexFunc(out, func(f Found) bool { return f.ID == c.id })
		if i < 0 {
			i = len(out)
			out = append(out, Found{ID: c.id, Maker: strings.TrimSpace(c.maker), Model: strings.TrimSpace(c.model)})
		}
		if part := (Interface{Class: ClassHID, Page: c.page}); !slices.Contains(out[i].Interfaces, part) {
			out[i].Interfaces = append(out[i].Interfaces, part)
		}
	}
	slices.SortFunc(out, func(a, b Found) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return out
}
