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

// Scale is an MT-SICS scale on a pseudo-terminal. All methods may be called concurrently.
type Scale struct {
	*line

	mu     sync.Mutex
	grams  int
	stable bool
	fault  string // answered instead of a weight: "S +", "S -", "S I", "ES"; empty: none
	silent bool
	pieces bool
	asked  int
	wrong  []string
}

// NewScale plugs in an empty, stable scale; link as for NewScanner. It answers only while Run runs.
func NewScale(link string) (*Scale, error) {
	l, err := newLine(link, "scale")
	if err != nil {
		return nil, err
	}
	return &Scale{line: l, stable: true}, nil
}

// SetGrams puts so much on the scale.
func (s *Scale) SetGrams(g int, stable bool) {
	s.set(func() { s.grams, s.stable, s.fault = g, stable, "" })
}

// Over makes the scale say that there is too much on it, until SetGrams.
func (s *Scale) Over() { s.set(func() { s.fault = "S +" }) }

// Under makes the scale say that its pan is lifted, until SetGrams.
func (s *Scale) Under() { s.set(func() { s.fault = "S -" }) }

// Busy makes the scale say that it cannot weigh now, until SetGrams.
func (s *Scale) Busy() { s.set(func() { s.fault = "S I" }) }

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

// Complaints are the lines that no MT-SICS scale knows.
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
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("read the scale's line: %w", err)
		}
		answer, pieces := s.answer(strings.TrimRight(line, "\r\n"))
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
	switch {
	case command != "S" && command != "SI":
		s.wrong = append(s.wrong, fmt.Sprintf("the scale was asked %q", command))
		answer = "ES"
	case s.fault != "":
		answer = s.fault
	case command == "S" && !s.stable:
		answer = "S I" // no steady weight within the scale's own patience
	default:
		answer = sicsWeight(s.grams, s.stable)
	}
	if s.silent {
		return "", false
	}
	return answer + "\r\n", s.pieces
}

func sicsWeight(grams int, stable bool) string {
	letter := "D"
	if stable {
		letter = "S"
	}
	sign, abs := "", grams
	if grams < 0 {
		sign, abs = "-", -grams
	}
	return fmt.Sprintf("S %s %10s kg", letter, fmt.Sprintf("%s%d.%03d", sign, abs/1000, abs%1000))
}
