package storage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const strayHeader = "order_id,seller_sku,name,quantity,carrier,tracking_number,buyer_note\n"

// A quotation mark too many makes one row of several: the order of the first would get the number of the last.
func TestAStrayQuotationMarkJoinsNoOrders(t *testing.T) {
	for name, c := range map[string]struct {
		rows string
		kept int
	}{
		"in a name":                  {"QA,MUG,\"Mug 10,1,Demo,TQA,\nQB,CAP,Cap 10\",1,Demo,TQB,\n", 0},
		"in a note":                  {"QA,MUG,Mug,1,Demo,TQA,\"ring\nQB,CAP,Cap,1,Demo,TQB,twice\"\n", 0},
		"never closed":               {"QA,MUG,\"Mug 10,1,Demo,TQA,\nQB,CAP,Cap,1,Demo,TQB,\n", 0},
		"a note of several lines":    {"QA,MUG,Mug,1,Demo,TQA,\"ring, please\ntwice\"\nQB,CAP,Cap,1,Demo,TQB,\n", 2},
		"a name that takes too long": {"QA,MUG," + strings.Repeat("x", maxCell+1) + ",1,Demo,TQA,\nQB,CAP,Cap,1,Demo,TQB,\n", 1},
		"an id with an unseen mark":  {"QA\u200b,MUG,Mug,1,Demo,TQA,\nQB,CAP,Cap,1,Demo,TQB,\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, t.TempDir())
			r, err := s.ImportOrders(t.Context(), strings.NewReader(strayHeader+c.rows), "")
			if err != nil {
				t.Fatal(err)
			}
			if r.Kept != c.kept || len(r.Orders) != c.kept || c.kept < 2 && len(r.Bad) == 0 {
				t.Errorf("kept %d, orders %v, bad %+v, want %d", r.Kept, r.Orders, r.Bad, c.kept)
			}
		})
	}
}

func TestAFilesFolderThatIsNoFolderIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, filesDir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openFiles(dir, true); err == nil || !strings.Contains(err.Error(), "is no folder") {
		t.Errorf("got %v", err)
	}
}
