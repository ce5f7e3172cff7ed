package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Warnings are the ways in which the server loses what it has acknowledged: what its settings, those of the user and those of the connections
// leave out of what durable tasks promise. Each is a sentence with a remedy.
func (s *Store) Warnings(ctx context.Context) (list []string, err error) {
	var commit, fsync, pages, standbys, isolation string
	err = s.ask(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, `select current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_standby_names'),
			current_setting('default_transaction_isolation')`).Scan(&commit, &fsync, &pages, &standbys, &isolation)
	})
	if err != nil {
		return nil, err
	}
	if fsync != "on" {
		list = append(list, "durable: fsync is off: a crash of the server's machine loses tasks, or all; set fsync to on")
	}
	if pages != "on" {
		list = append(list, "durable: full_page_writes is off: a crash of the server's machine may damage tasks, unless its file system never tears a page; set it to on")
	}
	switch commit {
	case "off":
		list = append(list, "durable: synchronous_commit is off: a crash of the server loses what was acknowledged; set it to on")
	case "local":
		if standbys != "" {
			list = append(list, "durable: synchronous_commit is local: a standby that takes over may not have what was acknowledged; set it to on")
		}
	case "remote_write":
		if standbys != "" {
			list = append(list, "durable: synchronous_commit is remote_write: a crash of both machines loses what was acknowledged; set it to on")
		}
	}
	if standbys == "" {
		list = append(list, "durable: there is no synchronous standby: the loss of the server's machine loses what was acknowledged; set synchronous_standby_names, or know why not")
	}
	if isolation != "read committed" {
		list = append(list, "durable: default_transaction_isolation is "+isolation+": claims fail where several workers claim; set it to read committed for the pool's connections")
	}
	return list, nil
}
