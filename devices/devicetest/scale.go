package devicetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

// Scale is a scale on a pseudo-terminal. All methods may be called concurrently.
type Scale struct {
	*line
	speak scaleSpeech

	mu     sync.Mutex
	grams  int
	stable bool
	fault  scaleFault
	silent bool
	pieces bool
	asked  int
	wrong  []string
}

// NewScale plugs in an empty, stable MT-SICS scale; link as for NewScanner. It answers only while Run runs.
func NewScale(link string) (*Scale, error) { return newScale(link, sicsSpeech{}) }

// NewNCIScale plugs in a scale that speaks NCI SCP-01 and shows kilograms. Moving or below zero it gives no weight.
func NewNCIScale(link string) (*Scale, error) { return newScale(link, nciSpeech{}) }

// NewToledoScale plugs in a scale that speaks Toledo 8217 and shows kilograms. Moving or below zero it gives no weight.
func NewToledoScale(link string) (*Scale, error) { return newScale(link, toledoSpeech{}) }

func newScale(link string, speak scaleSpeech) (*Scale, error) {
	l, err := newLine(link, "scale")
	if err != nil {
		return nil, err
	}
	return &Scale{line: l, speak: speak, stable: true}, nil
}

// Limits says which weights the scale's protocol has no words for.
func (s *Scale) Limits() ScaleLimits { return s.speak.limits() }

// SetGrams puts so much on the scale.
func (s *Scale) SetGrams(g int, stable bool) {
	s.set(func() { s.grams, s.stable, s.fault = g, stable, scaleWell })
}

// Over makes the scale say that there is too much on it, until SetGrams.
func (s *Scale) Over() { s.set(func() { s.fault = scaleIsOver }) }

// Under makes the scale say that its pan is lifted, until SetGrams.
func (s *Scale) Under() { s.set(func() { s.fault = scaleIsUnder }) }

// Busy makes the scale say that it cannot weigh now, until SetGrams.
func (s *Scale) Busy() { s.set(func() { s.fault = scaleIsBusy }) }

// Silent makes the scale answer nothing, as if switched off with the cable in.
func (s *Scale) Silent(on bool) { s.set(func() { s.silent = on }) }

// InPieces makes the scale send its answers byte by byte.
func (s *Scale) InPieces(on bool) { s.set(func() { s.pieces = on }) }

// Asked is how many questions have come.
func (s *Scale) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Complaints are the questions that no scale of the protocol knows.
func (s *Scale) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.wrong...)
}

func (s *Scale) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Run answers until ctx ends, across unplugging; then it closes the line and returns nil.
func (s *Scale) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer func() { stop(); _ = s.Close() }()
	for ctx.Err() == nil {
		end, plugged := s.end()
		if end == nil {
			select {
			case <-ctx.Done():
			case <-plugged:
			}
			continue
		}
		if err := s.serve(end); err != nil && !errors.Is(err, os.ErrClosed) {
			return err
		}
	}
	return nil
}

func (s *Scale) serve(end *os.File) error {
	in := bufio.NewReader(end)
	var command []byte
	for {
		b, err := in.ReadByte()
		if err != nil {
			return fmt.Errorf("read the scale's line: %w", err)
		}
		if command = append(command, b); !s.speak.whole(command) {
			continue
		}
		answer, pieces := s.answer(strings.TrimRight(string(command), "\r\n"))
		command = command[:0]
		for len(answer) > 0 {
			n := len(answer)
			if pieces {
				n = 1
			}
			if err := s.Send([]byte(answer[:n])); err != nil {
				break // nobody reads, or unplugged: a scale does not mind
			}
			answer = answer[n:]
		}
	}
}

func (s *Scale) answer(command string) (answer string, pieces bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	answer, known := s.speak.answer(command, s.grams, s.stable, s.fault)
	if !known {
		s.wrong = append(s.wrong, fmt.Sprintf("the scale was asked %q", command))
	}
	if s.silent {
		return "", false
	}
	return answer, s.pieces
}
