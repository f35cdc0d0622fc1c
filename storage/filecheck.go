package storage

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"packbench/fulfillment"
)

// FilesReport is what CheckFiles found.
type FilesReport struct {
	Known   int // files that rows name and that were not wiped on their clock
	Missing []fulfillment.Hash
	Linked  bool // the folder is a link to somewhere else
}

// filesNamed are the files that must be there. The row says that a file is gone after it is gone: what is being wiped in
// this moment may be missed.
const filesNamed = `SELECT hash FROM labels WHERE wiped_at = 0
	UNION SELECT hash FROM photos WHERE wiped_at = 0
	UNION SELECT f.bitmap FROM label_proofs f JOIN labels l ON l.hash = f.label WHERE l.wiped_at = 0 AND f.bitmap <> ''`

// CheckFiles looks whether every label, bitmap and photo that a row names lies in its place. It reads no content;
// Get compares that with its hash.
func (s *Store) CheckFiles(ctx context.Context) (FilesReport, error) {
	var r FilesReport
	if info, err := os.Lstat(filepath.Join(s.dir, filesDir)); err == nil {
		r.Linked = info.Mode()&fs.ModeSymlink != 0
	}
	tx, err := s.r.BeginTx(ctx, nil)
	if err != nil {
		return r, explain(err, "check stored files")
	}
	err = eachRow(ctx, tx, filesNamed, func(scan func(...any) error) error {
		var h fulfillment.Hash
		if err := scan(&h); err != nil {
			return err
		}
		r.Known++
		there, err := s.files.has(h)
		if err == nil && !there {
			r.Missing = append(r.Missing, h)
		}
		return err
	})
	return r, explain(errors.Join(err, rollback(tx)), "check stored files")
}

// has reports whether a file of that name is there.
func (f *Files) has(h fulfillment.Hash) (bool, error) {
	path, ok := filePath(h)
	if !ok || f.root == nil {
		return false, nil
	}
	info, err := f.root.Lstat(path)
	if err != nil {
		return false, ignoreMissing(err)
	}
	return info.Mode().IsRegular(), nil
}
