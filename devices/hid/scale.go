package hid

import (
	"fmt"
	"math/big"
)

// ScaleStatus is what a scale says of a weight (HID Point of Sale usage tables, scale status).
type ScaleStatus byte

const (
	ScaleFault     ScaleStatus = 1
	ScaleZero      ScaleStatus = 2 // stable at the centre of zero
	ScaleMoving    ScaleStatus = 3
	ScaleStable    ScaleStatus = 4
	ScaleUnder     ScaleStatus = 5 // below zero: the weight of the report counts for nothing
	ScaleOver      ScaleStatus = 6
	ScaleCalibrate ScaleStatus = 7
	ScaleRezero    ScaleStatus = 8
)

// ScaleReport is one report of a scale.
type ScaleReport struct {
	Status ScaleStatus
	Grams  int  // rounded to the nearest gram, halves up; only with Zero, Moving and Stable
	Stable bool // Stable or Zero
}

// ScaleReportID is the report of weight; scales have others.
const ScaleReportID = 3

const (
	scaleSize = 6
	// maxGrams bounds what can be a weight: a thousand tonnes.
	maxGrams = 1_000_000_000
)

// scaleUnits is the exact mass of a unit in grams, by its number in the report (pound and ounce: international
// avoirdupois). Carats, taels, grains, troy ounces and tons weigh no parcels.
var scaleUnits = map[byte]*big.Rat{
	1:  big.NewRat(1, 1000),
	2:  big.NewRat(1, 1),
	3:  big.NewRat(1000, 1),
	11: big.NewRat(45359237, 1600000),
	12: big.NewRat(45359237, 100000),
}

// ParseScale reads one scale data report: id 3, status, unit, power of ten as a signed byte, 16 bits of weight with the low
// byte first. Bytes behind it are ignored. An error means that it is none, or in another unit than mg, g, kg, oz, lb.
func ParseScale(report []byte) (ScaleReport, error) {
	if len(report) < scaleSize || report[0] != ScaleReportID {
		return ScaleReport{}, fmt.Errorf("read scale report % x: want id %d and %d bytes", report[:min(len(report), 8)], ScaleReportID, scaleSize)
	}
	r := ScaleReport{Status: ScaleStatus(report[1])}
	switch r.Status {
	case ScaleFault, ScaleUnder, ScaleOver, ScaleCalibrate, ScaleRezero:
		return r, nil
	case ScaleZero, ScaleMoving, ScaleStable:
	default:
		return ScaleReport{}, fmt.Errorf("read scale report: status %d is unknown", report[1])
	}
	unit, ok := scaleUnits[report[2]]
	if !ok {
		return ScaleReport{}, fmt.Errorf("read scale report: unit %d; set the scale to kg, g, lb or oz", report[2])
	}
	w := new(big.Rat).Mul(unit, power(int8(report[3])))
	w.Mul(w, new(big.Rat).SetInt64(int64(report[4])|int64(report[5])<<8))
	// Half up: floor((2n+d)/2d).
	num := new(big.Int).Add(new(big.Int).Lsh(w.Num(), 1), w.Denom())
	g := num.Quo(num, new(big.Int).Lsh(w.Denom(), 1))
	if !g.IsInt64() || g.Int64() > maxGrams {
		return ScaleReport{}, fmt.Errorf("read scale report % x: no parcel weighs that", report[:scaleSize])
	}
	r.Grams = int(g.Int64())
	r.Stable = r.Status != ScaleMoving
	return r, nil
}

func power(exp int8) *big.Rat {
	n := int64(exp)
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(n, -n)), nil)
	if n < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), p)
	}
	return new(big.Rat).SetInt(p)
}
