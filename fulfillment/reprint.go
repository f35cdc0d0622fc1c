package fulfillment

// ReprintReason is why a label comes out once more. It stands in the event for good.
type ReprintReason string

const (
	ReprintSpoiled    ReprintReason = "label spoiled" // what PB:REPRINT alone means
	ReprintUnreadable ReprintReason = "label cannot be scanned"
	ReprintLost       ReprintReason = "label lost"
	ReprintNoLabel    ReprintReason = "no label came out" // the answer to the printer's question
)

// ReprintReasonOf reads the word of PB:REPRINT:<word>.
func ReprintReasonOf(word string) (r ReprintReason, ok bool) {
	switch word {
	case "SPOILED":
		return ReprintSpoiled, true
	case "UNREADABLE":
		return ReprintUnreadable, true
	case "LOST":
		return ReprintLost, true
	}
	return "", false
}

// reprintHere prints the label of the parcel in hand again; at an empty bench the next scan says which parcel is meant.
func (t *turn) reprintHere(arg string) {
	why := ReprintSpoiled
	if r, ok := ReprintReasonOf(arg); ok {
		why = r
	}
	switch {
	case t.parcel() != nil:
		t.reprint(why)
	case t.bench().Mode != ModePack:
		t.no(CmdReprint, WhyNotAvailable)
	default:
		t.bench().Reprint = why
		t.event(EventMode, "", "", map[string]any{"mode": t.bench().Mode, "reprint": why})
		t.say(Verdict{Code: CommandDone, Why: WhyReprintWhich, Class: ClassCommand, Name: string(why)})
	}
}

// reprint makes a new job for the same label: after one came out spoiled, or where it is not certain that one came out.
func (t *turn) reprint(why ReprintReason) {
	p := t.parcel()
	switch p.Print {
	case PrintDone:
	case PrintAsk:
		why = ReprintNoLabel
	case PrintTrouble, PrintQueued:
		t.no(CmdReprint, WhyPrinterWait)
		return
	default:
		t.no(CmdReprint, WhyNotPrinted)
		return
	}
	if stop := t.gateHere(ClassCommand); stop.Code != "" {
		t.refuse(stop)
		return
	}
	if p.Package.Label == "" || !t.pol.HasPrinter {
		t.no(CmdReprint, WhyNotPrinted)
		return
	}
	if p.Print == PrintAsk {
		t.dropJob()
	}
	t.again(why)
}

// again queues the next copy and says what becomes of the one before.
func (t *turn) again(why ReprintReason) {
	p := t.parcel()
	t.queueJob(p.Package.Reprints+1, why)
	v := Verdict{Code: CommandDone, Class: ClassCommand, Name: string(why), Got: p.Package.Reprints}
	switch why {
	case ReprintNoLabel:
	case ReprintLost:
		v.Why = WhyReprintLost
	default:
		v.Why = WhyReprint
	}
	t.say(v)
}

// reopen takes a finished parcel in hand again to give it another label. Before the handover only: what has left cannot be
// labelled any more.
func (t *turn) reopen(class Class) {
	o, why := *t.in.Found.Order, t.bench().Reprint
	t.bench().Reprint = ""
	pkg, ok := o.PackageByID(t.in.Found.Package)
	if t.in.Found.Package == "" && len(o.Packages) == 1 {
		pkg, ok = o.Packages[0], true
	}
	o = o.InParcel(pkg)
	stop := Verdict{Code: Refused, Class: class, OrderID: o.ID, PackageID: pkg.ID}
	switch {
	case !ok:
		stop.Why = WhyAmbiguous
	case pkg.Rung.AtLeast(RungHandedOver):
		stop.Why = WhyHandedOver
	case pkg.Rung.AtLeast(RungStaged) || pkg.Manifest != "":
		stop.Why = WhyOnManifest
	case !pkg.Rung.AtLeast(RungLabelled) || pkg.Label == "" || !t.pol.HasPrinter:
		stop.Why = WhyNotPrinted
	default:
		if v, why, who := gateAll(o, pkg, t.bench().Supervisor, t.in.Now); v != "" {
			about := no(v, why, who, o.ID)
			stop.Code, stop.Why, stop.About = about.Code, about.Why, about.About
		}
	}
	if stop.Why != WhyNone {
		t.refuse(stop)
		return
	}
	from := pkg.Rung
	pkg.Rung = RungLabelled
	p := NewParcel(o, pkg, t.in.Found.Products, t.in.Now)
	t.bench().Parcel = &p
	t.release(&p)
	t.eventHere(EventReopened, map[string]any{"rung": from, "reason": why, "reprints": pkg.Reprints})
	t.again(why)
	t.out.Verdict.Class = class
}
