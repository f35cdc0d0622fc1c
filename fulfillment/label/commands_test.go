package label

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"packbench/devices/printer"
	"packbench/fulfillment"
)

// carrierCommands is a label in the manner of UPS's: a routing code before the tracking number, set C invoked inside.
func carrierCommands(number string) string {
	return "~DGR:MARK.GRF,8,2,C003,6006,300C,180018\n^XA^CI28^PW812^LL1200^LH0,0^FX a label of nobody's\n" +
		"^FO20,20^A0N,30,28^FDSOMEBODY^FS^FO20,60^FB400,2,0,L^A0N,24,24^FD1 Made Up Road\\&Nowhere^FS" +
		"^FO10,150^GB790,0,4^FS^FO600,20^XGR:MARK.GRF,4,4^FS^FO20,170^GB80,60,60^FS^FO30,180^FR^A0N,50,50^FD8^FS" +
		"^FO150,200^BY3^BCN,100,N^FD>;>842045999^FS" +
		"^FO60,400^BY3^BCN,200,Y,N^FD" + number[:8] + ">5" + number[8:] + "^FS^PQ1^XZ\n^XA^IDR:MARK.GRF^FS^XZ"
}

func TestVerdictsOfCommands(t *testing.T) {
	good := carrierCommands(upsNumber)
	for _, tt := range []struct {
		name, document string
		verdict        fulfillment.LabelVerdict
		reason         string
	}{
		{"a carrier's label", good, fulfillment.LabelPrint, ""},
		{"another parcel's", carrierCommands(otherNumber), fulfillment.LabelRefuse, "is for " + otherNumber},
		{"with a command that is not drawn", strings.Replace(good, "^PQ1", "^FO9,900^BDN^FDx^FS^PQ1", 1), fulfillment.LabelCannotVerify, "^BD"},
		{"with a setting", strings.Replace(good, "^PQ1", "^JUS^PQ1", 1), fulfillment.LabelRefuse, "^JU"},
		{"with a download", good + "~DYR:X,A,G,1,1,00", fulfillment.LabelRefuse, "~DY"},
		{"with a picture that is damaged", strings.Replace(good, "C003,", "C0?3,", 1), fulfillment.LabelCannotVerify, "~DG"},
		{"cut off", good[:len(good)/2], fulfillment.LabelCannotVerify, "cut off"},
		{"nothing", "^XA^XZ", fulfillment.LabelRefuse, "draws nothing"},
		{"too many labels", strings.Repeat("^XA^FO1,1^GB9,9,1^FS^XZ", 21), fulfillment.LabelRefuse, "more than a label"},
		{"no end of it", "^XA" + strings.Repeat("^FO0,0^GB800,1200,1200^FS", 2000) + "^XZ", fulfillment.LabelRefuse, "more than a label"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			proof, bitmap := prove(t, []byte(tt.document), upsNumber, stock203)
			if proof.Verdict != tt.verdict || !strings.Contains(proof.Reason, tt.reason) || (tt.reason == "") != (proof.Reason == "") {
				t.Fatalf("got %q: %q, want %q: …%s…; read %q", proof.Verdict, proof.Reason, tt.verdict, tt.reason, proof.Decoded)
			}
			if tt.verdict == fulfillment.LabelPrint {
				checkStock(t, bitmap, stock203)
				if !slices.Contains(proof.Decoded, upsNumber) || !slices.Contains(proof.Decoded, "42045999") {
					t.Errorf("read %q", proof.Decoded)
				}
			}
			if tt.verdict == fulfillment.LabelCannotVerify && bitmap.Bits != nil {
				t.Error("a label that is not known has a picture")
			}
		})
	}
}

// A label that is proved and then sent as our printers' commands is proved again, and is the same dot by dot.
func TestWhatIsSentIsWhatWasProved(t *testing.T) {
	_, first := prove(t, []byte(carrierCommands(upsNumber)), upsNumber, stock203)
	again, second := prove(t, printer.ZPL{}.Encode(first, stock203, 1), upsNumber, stock203)
	if again.Verdict != fulfillment.LabelPrint || string(first.Bits) != string(second.Bits) {
		t.Errorf("verdict %q: %q, or other dots", again.Verdict, again.Reason)
	}
	if !slices.Contains(again.Lint, cannotLint) {
		t.Errorf("a picture's text was linted: %q", again.Lint)
	}
}

func TestLintOfCommands(t *testing.T) {
	document := strings.Replace(carrierCommands(upsNumber), "Nowhere", "Nowhere, coupon on www.example.com", 1)
	proof, _ := prove(t, []byte(document), upsNumber, stock203)
	all := strings.Join(proof.Lint, " ")
	for _, word := range []string{"coupon", "www.example.com", "letters look a little different"} {
		if !strings.Contains(all, word) {
			t.Errorf("%q is not in %s", word, all)
		}
	}
}

// The in-between of a label's life with another reader: zbarimg reads from the picture what the proof says.
func TestCommandsReadByZbar(t *testing.T) {
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("zbarimg is not installed")
	}
	proof, bitmap := prove(t, []byte(carrierCommands(upsNumber)), upsNumber, stock203)
	if proof.Verdict != fulfillment.LabelPrint {
		t.Fatal(proof.Reason)
	}
	file := t.TempDir() + "/label.pbm"
	writePBM(t, file, bitmap)
	out, err := exec.Command("zbarimg", "-q", "--raw", file).Output()
	if err != nil || !strings.Contains(string(out), upsNumber) {
		t.Errorf("zbarimg read %q, %v", out, err)
	}
}

func writePBM(t *testing.T, file string, b fulfillment.Bitmap) {
	t.Helper()
	if err := os.WriteFile(file, append([]byte(fmt.Sprintf("P4\n%d %d\n", b.W, b.H)), b.Bits...), 0o600); err != nil {
		t.Fatal(err)
	}
}
