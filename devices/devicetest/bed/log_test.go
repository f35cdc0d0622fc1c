package bed

import (
	"io"
	"os"
)

// logged copies what is read to the file that PACKBENCH_BED_LOG names.
func logged(r io.Reader) io.Reader {
	name := os.Getenv("PACKBENCH_BED_LOG")
	if name == "" {
		return r
	}
	f, err := os.Create(name)
	if err != nil {
		return r
	}
	return io.TeeReader(r, f)
}
