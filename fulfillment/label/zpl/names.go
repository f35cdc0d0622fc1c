package zpl

// layout are commands that neither draw nor change a printer for longer than the label: paper handling, speed, darkness,
// comments, questions to the printer. What is printed is our picture, so they have nothing to act on.
var layout = set("^FX ^MM ^MN ^MT ^MD ^MF ^ML ^PR ^PQ ^PP ^PF ^PH ~PH ^SP ^CV ^TA ~TA ~SD ^SZ ^JZ ~JA ~JX ^XB ^HH ~HS ~HI ~HM ~HD ~HQ ~HB ~HU ^HT ^HF ^HG ^HR ^HV ^HW ^HY ^HZ ^EG ~EG ^ID")

// harmful are commands that change a printer's settings, memory, network or radio tags, reset it, or print something else.
// ^ID and ^EG, with which carriers clean up their own pictures, are not among them.
var harmful = set("~JR ^JU ^JB ~JB ^JF ~JF ^JH ^JI ~JI ^JJ ~JL ~JC ~JD ~JE ~JF ~JG ~JN ~JO ~JP ~JQ ^JS ~JS ^JT ^JW ^KD ^KL ^KN ^KP ^KV ~DY ~DU ~DT ~DB ~DS ~DE ~DN ^WI ^WA ^WE ^WF ^WD ^WL ^WP ^WR ~WR ^WS ^WX ^NB ^ND ^NI ^NN ^NP ^NS ^NT ^NW ^NC ~NC ~NR ~NT ^SC ^SI ^SL ^SO ^SQ ^SR ^SS ^ST ^SX ^ZZ ^CM ^CO ^TO ^EF ~EF ^MA ^MI ^MP ^MW ^PL ~PL ^RA ^RB ^RE ^RF ^RI ^RL ^RM ^RN ^RQ ^RR ^RS ^RT ^RU ^RV ^RW ^RZ ~RO ~RV ~PR ~PS ~PP ~PM ~PN ~KB ~MW ^HL ~HL")

func set(names string) map[string]bool {
	m := map[string]bool{}
	for i := 0; i < len(names); i += 4 {
		m[names[i:i+3]] = true
	}
	return m
}
