package ui

import (
	"slices"

	"packbench/devices"
	"packbench/ui/equipment"
	"packbench/ui/text"
)

// ShowHealth shows how all devices feel.
func (w *Window) ShowHealth(list []devices.Health) {
	w.do(func() {
		w.health = list
		w.showHealth()
	})
}

// showHealth draws all devices; sound is among them only where it is missing.
func (w *Window) showHealth() {
	w.strip.devices(w.health)
	all := w.health
	if w.noSound != "" {
		all = append(slices.Clone(all), devices.Health{Kind: equipment.Sound, State: devices.Absent, Text: text.T("sound.off")})
	}
	w.equipment.ShowDevices(all)
}

// listen looks whether the sound card is well; the player knows, and tells it to nobody else.
func (w *Window) listen() {
	speaker, ok := w.o.Sound.(interface{ Health() string })
	if !ok {
		return
	}
	if said := speaker.Health(); said != w.noSound {
		w.noSound = said
		w.showHealth()
	}
}
