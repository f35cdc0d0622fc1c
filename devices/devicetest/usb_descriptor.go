package devicetest

import (
	"encoding/binary"

	"packbench/devices"
	"packbench/devices/hid"
	"packbench/devices/usb"
)

// standard answers what every USB device must (USB 2.0, chapter 9), and what the system's own drivers ask of HID devices.
// known is false for what is the device's own affair.
func (s *usbSocket) standard(r usb.Request) (data []byte, err error, known bool) {
	switch {
	case r.Type == 0x80 && r.Request == 6 && r.Value>>8 == 3 && s.isMoment("claim"), r.Type&0x60 != 0 && s.isMoment("control"):
		return nil, devices.ErrUnplugged, true
	case r.Type == 0x02 && r.Request == 1 && r.Value == 0: // CLEAR_FEATURE, ENDPOINT_HALT
		s.unhalt(uint8(r.Index))
		return nil, nil, true
	case r.Type&0x60 == 0 && r.Type&0x80 == 0: // SET_CONFIGURATION, SET_INTERFACE, CLEAR_FEATURE
		return nil, nil, true
	case r.Type == 0x80 && r.Request == 6:
		data = s.descriptor(r.Value>>8, r.Value&0xFF)
	case r.Type == 0x81 && r.Request == 6 && r.Value>>8 == 0x22:
		page := s.info.Interface.Page
		if s.also != nil && uint8(r.Index) != s.info.Number {
			page = s.also.Page
		}
		data = reportDescriptors[page]
	case r.Type&0x60 == 0 && r.Request == 0: // GET_STATUS
		data = []byte{0, 0}
	case r.Type == 0x80 && r.Request == 8: // GET_CONFIGURATION
		data = []byte{1}
	case r.Type == 0x21 && (r.Request == 9 || r.Request == 0x0B && r.Value == 1) && s.info.Interface.Class == usb.ClassHID:
		return nil, nil, true // the system's keyboard driver: lights, the report protocol
	case r.Type == 0x21 && r.Request == 0x0A:
		return nil, nil, true
	case r.Type&0x60 != 0 && s.control != nil:
		return nil, nil, false
	}
	if data == nil {
		return nil, usb.ErrStall, true
	}
	return data, nil, true
}

func (s *usbSocket) descriptor(kind, index uint16) []byte {
	switch kind {
	case 1:
		class := [3]byte{}
		if s.config != nil || s.also != nil {
			class = [3]byte{0xEF, 2, 1} // interfaces that belong together
		}
		d := []byte{18, 1, 0, 2, class[0], class[1], class[2], 64, 0, 0, 0, 0, 0, 1, 1, 2, 3, 1}
		binary.LittleEndian.PutUint16(d[8:], s.info.ID.Vendor)
		binary.LittleEndian.PutUint16(d[10:], s.info.ID.Product)
		return d
	case 2:
		return s.configuration()
	case 3:
		if index == 0 {
			return []byte{4, 3, 9, 4} // English
		}
		texts := []string{"Packbench", s.info.Model, s.info.ID.Serial}
		if int(index) > len(texts) {
			return nil
		}
		d := []byte{0, 3}
		for _, c := range []byte(texts[index-1]) {
			d = append(d, c, 0)
		}
		d[0] = byte(len(d))
		return d
	}
	return nil
}

func (s *usbSocket) configuration() []byte {
	if s.config != nil {
		return s.config
	}
	d := []byte{9, 2, 0, 0, 1, 1, 0, 0x80, 50}
	if s.also != nil {
		d[4] = 2
		d = append(d, function(0, *s.also, map[byte]int{endpointAlso: 8})...)
	}
	d = append(d, function(s.info.Number, s.info.Interface, map[byte]int{endpointIn: s.info.PacketIn, endpointOut: s.info.PacketOut})...)
	binary.LittleEndian.PutUint16(d[2:], uint16(len(d)))
	return d
}

// function describes one interface with its endpoints and their packets.
func function(number uint8, i usb.Interface, packets map[byte]int) []byte {
	transfer, interval := byte(2), byte(0) // bulk
	var class []byte
	if i.Class == usb.ClassHID {
		transfer, interval = 3, 1
		n := len(reportDescriptors[i.Page])
		class = []byte{9, 0x21, 0x11, 1, 0, 1, 0x22, byte(n), byte(n >> 8)}
	}
	var eps []byte
	count := byte(0)
	for address, packet := range packets {
		if packet > 0 {
			eps = append(eps, 7, 5, address, transfer, byte(packet), byte(packet>>8), interval)
			count++
		}
	}
	d := []byte{9, 4, number, 0, count, i.Class, i.SubClass, i.Protocol, 0}
	return append(append(d, class...), eps...)
}

// reportDescriptors by usage page. The keyboard's is that of HID 1.11, appendix E.6.
var reportDescriptors = map[uint16][]byte{
	1: {
		0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02,
		0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x05, 0x75, 0x01, 0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03,
		0x91, 0x01, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0,
	},
	hid.PageScanner: {0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x3F, 0x09, 0xFE, 0x81, 0x02, 0xC0},
	hid.PageScale:   {0x05, 0x8D, 0x09, 0x20, 0xA1, 0x01, 0x85, 0x03, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x05, 0x09, 0x40, 0x81, 0x02, 0xC0},
}
