package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"packbench/assets"
	"packbench/fulfillment"
	"packbench/ui/sound"
)

// verdictCodes reads the constants from the source, so that a new word cannot be forgotten.
func verdictCodes(t *testing.T) []fulfillment.VerdictCode {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../fulfillment/verdict.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []fulfillment.VerdictCode
	ast.Inspect(f, func(n ast.Node) bool {
		vs, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := vs.Type.(*ast.Ident); ok && id.Name == "VerdictCode" {
			s, err := strconv.Unquote(vs.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, fulfillment.VerdictCode(s))
		}
		return true
	})
	if len(codes) < 24 {
		t.Fatalf("only %d verdicts found", len(codes))
	}
	return codes
}

func TestLooksTellAcceptedFromNot(t *testing.T) {
	shapes := map[bool]map[string]bool{true: {}, false: {}}
	for _, code := range append(verdictCodes(t), "brand_new") {
		l := lookOf(fulfillment.Verdict{Code: code})
		if accepted := code.Accepted(); accepted != (l.tone != sound.Refused) || accepted == l.stop {
			t.Errorf("%s: accepted %v, but looks %+v", code, accepted, l)
		}
		shapes[code.Accepted()][l.icon] = true
		assets.Icon(l.icon, "#ffffff")
	}
	for icon := range shapes[true] {
		if shapes[false][icon] {
			t.Errorf("%s stands for accepted and for refused", icon)
		}
	}
	for _, why := range []fulfillment.Why{fulfillment.WhyByHand, fulfillment.WhyOverWeight, fulfillment.WhyByEye} {
		for _, code := range []fulfillment.VerdictCode{fulfillment.LabelPrinted, fulfillment.Applied} {
			if lookOf(fulfillment.Verdict{Code: code, Why: why}) != lookCareful {
				t.Errorf("%s, %s looks as if everything had been proved", code, why)
			}
		}
	}
	l := lookOf(fulfillment.Verdict{Code: fulfillment.HandedOver, Why: fulfillment.WhyLeftOff})
	if l != lookStop {
		t.Error("a parcel left off looks or sounds as if it might ride along")
	}
}
