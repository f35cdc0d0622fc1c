package printer

import (
	"context"
	"errors"
	"fmt"
)

// PrintDocument hands a PDF to a queue of the system's print service, which knows how to draw it; the queue is always named, never
// the system's default. It returns when the queue has taken the job: that paper came out is not known. Errors are sentences.
func PrintDocument(ctx context.Context, queue, title string, pdf []byte) error {
	if queue == "" {
		return errors.New("no print queue was named for the document")
	}
	if err := newQueueService(queue).look(ctx); err != nil {
		return err
	}
	if err := submitDocument(ctx, queue, title, pdf); err != nil {
		return &Failure{Text: fmt.Sprintf("The print queue %s did not take the document. Look in the system's printer settings.", queue), Cause: err}
	}
	return nil
}
