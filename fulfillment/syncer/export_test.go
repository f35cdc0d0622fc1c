package syncer

// Blind makes the syncer send again without looking for the effect, for tests that show what that does.
func (s *Syncer) Blind() { s.blind = true }
