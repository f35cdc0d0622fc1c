package devicetest

// Scanner is a barcode scanner on a pseudo-terminal. All methods may be called concurrently.
type Scanner struct{ *line }

// NewScanner plugs in a scanner. link is the path of the program's end, kept across Unplug and Plug; empty: a path in a new
// temporary folder. devices.ErrUnsupported where the system has no pseudo-terminals. Close it when done.
func NewScanner(link string) (*Scanner, error) {
	l, err := newLine(link, "scanner")
	if err != nil {
		return nil, err
	}
	return &Scanner{l}, nil
}

// Scan sends a code as most scanners are delivered: followed by CR.
func (s *Scanner) Scan(code string) error { return s.Send([]byte(code + "\r")) }
