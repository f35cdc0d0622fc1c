package usb

// Found is one USB device of this computer, as far as it can be told without opening it.
type Found struct {
	ID           ID // with the serial number where the device has one
	Maker, Model string
	Interfaces   []Interface // Page only where the system tells it
	// Printer is the IEEE 1284 device ID of a printer ("MFG:…;MDL:…;CMD:…;"); empty: no printer, or the system's own driver for
	// printers is not loaded.
	Printer string
}

// Has reports whether the device has an interface of that kind.
func (f Found) Has(want Interface) bool {
	for _, i := range f.Interfaces {
		if want.Matches(i.Class, i.SubClass, i.Protocol) && (want.Page == 0 || want.Page == i.Page) {
			return true
		}
	}
	return false
}
