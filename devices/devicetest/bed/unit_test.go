package bed

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const said = `@say a === RUN   TestOne
@say a === RUN   TestOne/part
@say b === RUN   TestOther
@say a     x_test.go:1: words
@say b panic: it broke
@say a --- PASS: TestOne (1.50s)
@say a     --- FAIL: TestOne/part (0.50s)
@say a BenchmarkX-2 1 5 ns/op
@exit a exit status 1
@exit b exit status 2
`

func TestReadReport(t *testing.T) {
	r, err := ReadReport(strings.NewReader(strings.ReplaceAll(said, "\n", "\r\n") + "@end\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range r.Results {
		got = append(got, strings.Join([]string{x.Step, x.Test, x.Word, x.Took.String(), strings.TrimSpace(x.Text)}, "|"))
	}
	want := []string{"a|TestOne|PASS|1.5s|", "a|TestOne/part|FAIL|500ms|x_test.go:1: words"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	if len(r.Lines) != 1 || len(r.Problems) != 2 || !strings.Contains(r.Problems[1], "TestOther") || !strings.Contains(r.Problems[1], "it broke") {
		t.Errorf("lines %q, problems %q", r.Lines, r.Problems)
	}
}

// A computer that stops early must not look like one whose tests all passed.
func TestAReportThatIsCutOffIsAProblem(t *testing.T) {
	for i := range len(said) {
		r, err := ReadReport(strings.NewReader(said[:i]))
		if err != nil || len(r.Problems) == 0 {
			t.Fatalf("cut after %d bytes: %v, problems %q", i, err, r.Problems)
		}
	}
}

func FuzzReadReport(f *testing.F) {
	f.Add([]byte(said + "@end\n"))
	f.Add([]byte("@say  \n@exit  x\n@end"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ReadReport(bytes.NewReader(b))
		if err == nil && !bytes.Contains(b, []byte("@end")) && len(r.Problems) == 0 {
			t.Fatal("no end and no problem")
		}
	})
}

// cpio, if it is here, reads what the kernel will read.
func TestTheArchiveIsOne(t *testing.T) {
	var b bytes.Buffer
	a := archive{w: &b}
	a.dir("d")
	a.file("/d/f", []byte("12345"))
	a.link("d/l", "f")
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	if b.Len()%4 != 0 || !bytes.HasPrefix(b.Bytes(), []byte("070701")) || !bytes.Contains(b.Bytes(), []byte("TRAILER!!!")) {
		t.Errorf("%d bytes: %.60q", b.Len(), b.Bytes())
	}
	if _, err := exec.LookPath("cpio"); err != nil {
		t.Skip("no cpio here to read it with")
	}
	cmd := exec.Command("cpio", "-id", "--quiet")
	cmd.Dir, cmd.Stdin = t.TempDir(), &b
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cpio: %v: %s", err, out)
	}
	if got, err := os.ReadFile(filepath.Join(cmd.Dir, "d", "l")); err != nil || string(got) != "12345" {
		t.Errorf("unpacked %q, %v", got, err)
	}
}

func TestNoKernelIsSaid(t *testing.T) {
	_, err := FindKernel(t.Context(), t.TempDir(), false)
	if err == nil || !strings.Contains(err.Error(), "cmd/dev test") {
		t.Errorf("got %v", err)
	}
}
