package fulfillment

import (
	"strings"
	"time"
)

// MaxScan is the longest code, in bytes, that is taken for a barcode; longer input is judged unknown and kept cut off.
const MaxScan = 512

// Scan is one reading of one barcode, without the scanner's prefix, suffix and AIM identifier.
type Scan struct {
	ID     string    // UUIDv7, made where the scan was read; one gesture is one id
	Code   string    // what the barcode says; GS (0x1D) kept
	AIM    string    // AIM identifier such as "]C1", if the scanner sent one
	At     time.Time // when the last byte arrived
	Device string    // identity of the scanner; "keyboard" for the window's own keys
}

// Class is what a scan means, decided before it is acted on.
type Class string

const (
	ClassOrder    Class = "order"
	ClassPackage  Class = "package"
	ClassTracking Class = "tracking"
	ClassItem     Class = "item"
	ClassBox      Class = "box"
	ClassCommand  Class = "command"
	ClassBadge    Class = "badge"
	ClassLocation Class = "location"
	ClassUnknown  Class = "unknown"
)

// Command is what a PB: barcode orders.
type Command string

const (
	CmdUndo    Command = "UNDO"
	CmdSkip    Command = "SKIP"
	CmdHold    Command = "HOLD"
	CmdShort   Command = "SHORT"
	CmdReprint Command = "REPRINT"
	CmdConfirm Command = "CONFIRM" // a supervisor's word for a label that cannot be verified
	CmdNextBox Command = "NEXTBOX"
	CmdFinish  Command = "FINISH"
	CmdBox     Command = "BOX"
	CmdUser    Command = "USER"
	CmdMode    Command = "MODE"
	CmdCarrier Command = "CARRIER"
	CmdPhoto   Command = "PHOTO"
	CmdSeal    Command = "SEAL"
	CmdTare    Command = "TARE"
)

var (
	plainCommands = map[Command]bool{CmdUndo: true, CmdSkip: true, CmdHold: true, CmdShort: true, CmdReprint: true, CmdConfirm: true,
		CmdNextBox: true, CmdFinish: true, CmdPhoto: true, CmdSeal: true, CmdTare: true}
	argCommands = map[Command]bool{CmdBox: true, CmdUser: true, CmdMode: true, CmdCarrier: true}
)

// ParseCommand reads a command barcode. ok is false for anything that is not exactly a known command; such a code with
// the PB: prefix is an unknown code, never an order or item.
func ParseCommand(code string) (cmd Command, arg string, ok bool) {
	rest, found := strings.CutPrefix(code, "PB:")
	if !found {
		return "", "", false
	}
	word, arg, hasArg := strings.Cut(rest, ":")
	cmd = Command(word)
	switch {
	case plainCommands[cmd] && !hasArg:
		return cmd, "", true
	case cmd == CmdReprint && hasArg:
		_, known := ReprintReasonOf(arg)
		if !known {
			return "", "", false
		}
		return cmd, arg, true
	case cmd == CmdConfirm && hasArg:
		_, known := ConfirmReasonOf(arg)
		if !known {
			return "", "", false
		}
		return cmd, arg, true
	case cmd == CmdSeal && hasArg: // one carrier's manifest only
		if arg == "" || arg != CarrierCode(arg) {
			return "", "", false
		}
		return cmd, arg, true
	case argCommands[cmd] && hasArg && arg != "":
		if cmd == CmdMode && arg != "PACK" && arg != "HANDOFF" && arg != "RETURNS" {
			return "", "", false
		}
		return cmd, arg, true
	}
	return "", "", false
}

// CarrierCode is how a carrier's name appears in PB:CARRIER:<code>: capitals, letters and digits only.
func CarrierCode(name string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(name) {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Found is everything the store knows under one code. Several fields may be filled; Classify decides.
type Found struct {
	Order   *Order    // the order the code leads to, complete with lines, packages and holds
	By      Class     // how it led there: order, package or tracking
	Package PackageID // for package and tracking: which one
	SKUs    []SKU     // products with this barcode, sku_id or seller_sku, in the catalogue or on any open order
	// Products of the found order's lines and bundle parts, by SKU; used to build the parcel.
	Products map[SKU]Product
}
