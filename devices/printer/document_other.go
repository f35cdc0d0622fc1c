//go:build !windows

package printer

import (
	"context"
	"fmt"
)

// submitDocument lets CUPS see that it is a PDF and convert it as its printer needs.
func submitDocument(ctx context.Context, queue, title string, pdf []byte) error {
	out, err := cups{queue}.command(ctx, pdf, "lp", "-d", queue, "-t", title)
	if err == nil && requestID.FindStringSubmatch(out) == nil {
		err = fmt.Errorf("lp said %.100q", out)
	}
	return err
}
