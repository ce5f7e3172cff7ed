package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// migrations make the schema, and bring it from each version to the next. One that was released is never changed. Workers of the
// version before go on meanwhile: so a migration adds, and takes away nothing that they use.
//
// IDs, topics and texts are bytea: they may have any bytes, and are ordered by them. The view list is for people.
var migrations = []string{
	`
create table {s}.tasks (
	id       bytea primary key,
	number   bigint not null,     -- by which the other tables know it: another each time that the ID is started
	at       timestamptz,         -- from when it may be claimed: when it is due, or its lease is over; null is never
	priority smallint not null,
	status   smallint not null,
	epoch    bigint not null,
	seq      bigint not null,
	count    bigint not null,     -- of events and messages, by which they are ordered
	due      timestamptz,
	until    timestamptz,         -- when the owner's lease ends
	created  timestamptz not null,
	updated  timestamptz not null,
	func     bytea not null,
	parent   bytea,
	owner    bytea,
	awaits   bytea,               -- a list
	waits    bytea,
	reason   bytea,
	err      bytea,
	result   bytea,
	refused  bytea[],
	attrs    bytea[],             -- each a pair
	snapshot bytea
) with (fillfactor = 85);
create index on {s}.tasks (priority, at) where at is not null;
create index on {s}.tasks (parent, id) where parent is not null;
create index on {s}.tasks using gin (attrs) where attrs is not null;
create sequence {s}.numbers;

create table {s}.known (          -- IDs of messages that a task has had
	task  bigint not null,
	id    bytea not null,
	n     bigint not null,        -- where it is in the inbox
	primary key (task, id)
);
create table {s}.inbox (
	task  bigint not null,
	n     bigint not null,
	id    bytea not null,
	topic bytea not null,
	body  bytea,
	primary key (task, n)
);
create table {s}.events (
	task  bigint not null,
	n     bigint not null,
	seq   bigint not null,
	at    timestamptz not null,
	note  bytea not null,
	primary key (task, n)
);
create table {s}.kept (
	task     bigint not null,
	seq      bigint not null,
	at       timestamptz not null,
	waits    bytea,
	snapshot bytea not null,
	primary key (task, seq)
);
create table {s}.schemas (
	hash bigint primary key,
	text bytea not null
);

-- The store's clock. It is when the statement began that asks: not volatile, so that indexes can be used.
create function {s}.clock() returns timestamptz language sql stable parallel safe as 'select statement_timestamp()';

create view {s}.list as select
	encode(id, 'escape') as id, (array['active', 'parked', 'done', 'failed', 'canceled'])[status] as status, priority, seq, due, created, updated,
	encode(func, 'escape') as func, encode(parent, 'escape') as parent, encode(owner, 'escape') as owner, until, encode(waits, 'escape') as waits,
	encode(reason, 'escape') as reason, encode(err, 'escape') as err, encode(result, 'escape') as result, octet_length(snapshot) as bytes
from {s}.tasks;
`,
}

func named(sql, schema string) string {
	return strings.ReplaceAll(sql, "{s}", pgx.Identifier{schema}.Sanitize())
}

// migrate makes what is missing of the schema. Of several processes one does it, and the others wait.
func migrate(ctx context.Context, pool *pgxpool.Pool, schema string, steps []string) error {
	version, err := versionOf(ctx, pool, schema)
	if err != nil {
		return fmt.Errorf("durable: the database can't be asked for its schema: %w", err)
	}
	if version == len(steps) {
		return nil // also for who may not make tables
	}
	if err := tooNew(schema, version, len(steps)); err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", "durable:"+schema); err != nil {
			return err
		}
		version, err := versionOf(ctx, tx, schema)
		if err != nil {
			return err
		}
		if err := tooNew(schema, version, len(steps)); err != nil {
			return err
		}
		if version == 0 {
			_, err = tx.Exec(ctx, named(`create schema if not exists {s}; create table {s}.meta (version int not null); insert into {s}.meta values (0)`, schema), pgx.QueryExecModeSimpleProtocol)
			if err != nil {
				return err
			}
		}
		for _, step := range steps[version:] {
			if _, err := tx.Exec(ctx, named(step, schema), pgx.QueryExecModeSimpleProtocol); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, named("update {s}.meta set version = $1", schema), len(steps))
		return err
	})
	if err != nil {
		return fmt.Errorf("durable: the schema %q can't be brought from version %d to %d; who may make tables there has to open the store once: %w", schema, version, len(steps), err)
	}
	return nil
}

func tooNew(schema string, version, known int) error {
	if version > known {
		return fmt.Errorf("durable: the schema %q is of version %d, and this program knows those up to %d: build it with a newer durable/postgres, or name another schema", schema, version, known)
	}
	return nil
}

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// versionOf is the version of a schema, 0 if there is none.
func versionOf(ctx context.Context, q querier, schema string) (version int, err error) {
	var there bool
	// Not by to_regclass: what that knows may be older than the lock, so that several would make the tables.
	const made = "select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = 'meta')"
	if err := q.QueryRow(ctx, made, schema).Scan(&there); err != nil || !there {
		return 0, err
	}
	err = q.QueryRow(ctx, named("select version from {s}.meta", schema)).Scan(&version)
	return version, err
}
