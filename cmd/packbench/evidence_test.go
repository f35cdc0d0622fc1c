package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
)

// vandal changes the database behind the program's back, triggers first.
func (s *testStation) vandal(t *testing.T, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(s.dir, "packbench.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var names []string
	rows, err := db.Query(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil { // before the tables change
		t.Fatal(err)
	}
	for _, n := range names {
		statements = append([]string{`DROP TRIGGER "` + n + `"`}, statements...)
	}
	for _, stmt := range statements {
		if _, err := db.Exec(stmt); err != nil {
			t.Fatalf("%s: %v", stmt, err)
		}
	}
}

// fails runs a command that must end with exit code 1 and a sentence with these words, said once.
func (s *testStation) fails(t *testing.T, words string, args ...string) {
	t.Helper()
	out, err := s.command(t, args...).Output()
	said := stderrOf(err)
	if err == nil || exitCode(t, err) != exitFailed || strings.Count(said, words) != 1 || strings.Count(said, "\n") != 1 {
		t.Errorf("packbench %s: got %v, %s%s, want exit code 1 and one sentence about %q", strings.Join(args, " "), err, out, said, words)
	}
}

func TestDeletedEventsAreNoticed(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1", "E-2,MUG,1", "E-3,MUG,1")
	if out := s.run(t, "evidence", "verify", "--all"); !strings.Contains(out, `"ok":true`) || !strings.Contains(out, `"anchored":true`) {
		t.Fatalf("before: %s", out)
	}
	s.vandal(t, `DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)`)
	s.fails(t, "the last events were deleted", "evidence", "verify", "--all")
	// More events on top hide nothing.
	s.stock(t, "E-4,MUG,1", "E-5,MUG,1")
	s.fails(t, "is not the one that was recorded", "evidence", "verify", "--all")
	if err := os.Remove(filepath.Join(s.dir, headName)); err != nil {
		t.Fatal(err)
	}
	s.fails(t, "is missing from the data folder", "evidence", "verify", "--all")
}

// TestABreakIsToldToASupervisor: which event, which order, when, and what is and is not proved then.
func TestABreakIsToldToASupervisor(t *testing.T) {
	for name, c := range map[string]struct {
		vandal string
		words  []string
	}{
		"changed": {`UPDATE events SET scan = 'another' WHERE seq = 2`, []string{"event 2 (imported, order E-2, ", " UTC) is not what was recorded", "is not what was recorded",
			"Events up to 1 (imported, order E-1, ", "still prove", "from event 2 on"}},
		"taken out": {`DELETE FROM events WHERE seq = 2`, []string{"event 2 is missing", "event 1 (imported, order E-1, ", "event 3 (imported, order E-3, ",
			"still prove", "from event 2 on"}},
		"the first": {`UPDATE events SET kind = 'sealed' WHERE seq = 1`, []string{"event 1 (sealed, order E-1, ", "Nothing that this station recorded proves"}},
		"cut":       {`DELETE FROM events WHERE seq = 3`, []string{"ends at event 2 (imported, order E-2, ", "event 3 was recorded by ", "still prove", "from event 3 on"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t, "", "")
			s.stock(t, "E-1,MUG,1", "E-2,MUG,1", "E-3,MUG,1")
			s.vandal(t, c.vandal)
			for _, w := range c.words {
				s.fails(t, w, "evidence", "verify", "--all")
			}
		})
	}
}

func TestAForgedHeadIsNoticed(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1", "E-2,MUG,1")
	file := filepath.Join(s.dir, headName)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, file, strings.Replace(string(text), `"seq":2`, `"seq":1`, 1))
	s.fails(t, "its signature does not fit", "evidence", "verify", "--all")
	s.write(t, file, "{")
	s.fails(t, "damaged or was changed", "evidence", "verify", "--all")
}

// TestARestoreIsNoDeletion: an older backup ends the chain earlier, which is said and counted.
func TestARestoreIsNoDeletion(t *testing.T) {
	s := newStation(t, "", "")
	s.stock(t, "E-1,MUG,1")
	backup := filepath.Join(s.files, "backup")
	s.run(t, "backup", backup)
	s.stock(t, "E-2,MUG,1")
	s.run(t, "restore", backup)
	if out := s.run(t, "evidence", "verify", "--all"); !strings.Contains(out, `"ok":true`) || !strings.Contains(out, `"restores":1`) {
		t.Errorf("after a restore: %s", out)
	}
	s.stock(t, "E-3,MUG,1")
	if out := s.run(t, "evidence", "verify", "--all"); !strings.Contains(out, `"restores":1`) {
		t.Errorf("after more work: %s", out)
	}
}

// TestAPacketTellsWhoMadeIt: at the station another's packet of the same order is refused; elsewhere --key says whose is
// expected.
func TestAPacketTellsWhoMadeIt(t *testing.T) {
	s, forger := newStation(t, "", ""), newStation(t, "", "")
	for _, st := range []*testStation{s, forger} {
		st.stock(t, "E-1,MUG,1")
		st.run(t, "evidence", "export", "E-1", "--out", filepath.Join(st.files, "packet.zip"))
	}
	real, forged := filepath.Join(s.files, "packet.zip"), filepath.Join(forger.files, "packet.zip")
	out := s.run(t, "evidence", "verify", real)
	_, key, _ := strings.Cut(out, `"key":"`)
	key, _, _ = strings.Cut(key, `"`)
	if !strings.Contains(out, `"ok":true`) || len(key) != 32 {
		t.Fatalf("got %s", out)
	}
	s.fails(t, "somebody else made it", "evidence", "verify", forged)
	elsewhere := &testStation{dir: filepath.Join(s.files, "elsewhere"), files: s.files}
	elsewhere.run(t, "evidence", "verify", forged)
	elsewhere.run(t, "evidence", "verify", real, "--key", strings.ToUpper(key))
	elsewhere.fails(t, "somebody else made it", "evidence", "verify", forged, "--key", key)
	if _, err := os.Stat(elsewhere.dir); err == nil {
		t.Error("checking a packet made a data folder")
	}
	s.checkEndings(t, real)
}

func (s *testStation) checkEndings(t *testing.T, packet string) {
	t.Helper()
	text, err := os.ReadFile(packet)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if filepath.Ext(f.Name) == "" {
			t.Errorf("%s has no ending", f.Name)
		}
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, rc); err != nil {
			t.Error(err)
		}
	}
}
