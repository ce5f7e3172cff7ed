package rewrite

// Cache remembers which packages are up to date.
//
// An entry is an empty file whose name is a hash of all that the generated
// files of a package depend on, and of these files themselves. If it exists,
// they are as they would be generated, and the package need not be loaded.

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/going-green/greenlet/rewrite/internal/load"
)

// An entry that nobody has looked at for maxAge is removed.
const maxAge = 30 * 24 * time.Hour

// cache is a set of keys on disk. Errors of the disk make it forget, no more.
type cache struct {
	dir  string // "" if disabled
	salt []byte // of the tool and the build
}

// openCache finds the cache, as Options.Cache says. salt tells builds apart.
func openCache(setting string, salt string) *cache {
	if setting == "off" {
		return &cache{}
	}
	dir, err := CacheDir(setting)
	if err != nil {
		return &cache{}
	}
	tool, err := toolHash()
	if err != nil {
		return &cache{}
	}
	c := &cache{dir: dir, salt: append(tool, salt...)}
	c.trim()
	return c
}

// CacheDir is the directory that Options.Cache names, unless it is "off". Its error is
// that the user has none.
func CacheDir(setting string) (string, error) {
	if setting != "" {
		return setting, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "greenlet"), err
}

// toolHash identifies the program that runs, so that entries of another
// version of it don't count.
var toolHash = sync.OnceValues(func() ([]byte, error) {
	name, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return h.Sum(nil), err
})

// has reports whether key is in the cache.
func (c *cache) has(key string) bool {
	if c.dir == "" {
		return false
	}
	name := c.file(key)
	info, err := os.Stat(name)
	if err != nil {
		return false
	}
	if now := time.Now(); now.Sub(info.ModTime()) > 24*time.Hour {
		_ = os.Chtimes(name, now, now) // or it is trimmed early
	}
	return true
}

func (c *cache) add(key string) {
	if c.dir == "" {
		return
	}
	name := c.file(key)
	if os.MkdirAll(filepath.Dir(name), 0o777) == nil {
		_ = os.WriteFile(name, nil, 0o666) // not remembered, then
	}
}

func (c *cache) file(key string) string { return filepath.Join(c.dir, key[:2], key) }

// trim removes old entries, once a day.
func (c *cache) trim() {
	stamp := filepath.Join(c.dir, "trimmed")
	if info, err := os.Stat(stamp); err == nil && time.Since(info.ModTime()) < 24*time.Hour {
		return
	}
	if os.MkdirAll(c.dir, 0o777) != nil || os.WriteFile(stamp, nil, 0o666) != nil {
		return
	}
	_ = filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || len(d.Name()) != 2*sha256.Size {
			return nil
		}
		if info, err := d.Info(); err == nil && time.Since(info.ModTime()) > maxAge {
			_ = os.Remove(path)
		}
		return nil
	})
}

// key is the cache key of a target if its generated files were as given;
// those not given are as they are on disk.
func (c *cache) key(l *load.Loader, t *load.Target, generated map[string][]byte) string {
	h := sha256.New()
	h.Write(c.salt)
	l.Hash(h, t, generated)
	return hex.EncodeToString(h.Sum(nil))
}
