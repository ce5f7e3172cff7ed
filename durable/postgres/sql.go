package postgres

// statements are all that is asked of the server, with the name of the schema.
type statements struct {
	lock, letters, known, numbers, now                                      string
	start, change, refuse, know, consume, empty, receive                    string
	note, trim, keep, drop, learn, notify                                   string
	claim, inbox, next, renew, cancels                                      string
	get, getInbox, list, number, history, keptOf, schema                    string
	ending, forgetTasks, forgetKnown, forgetInbox, forgetEvents, forgetKept string
}

const columns = `id, number, epoch, seq, count, status, at, due, until, updated, owner, awaits, waits, reason, err, result, snapshot`

// unnested are the arrays of taskColumns; more may follow.
const unnested = `unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[],
	$11::bytea[], $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[], $16::bytea[], $17::bytea[], $18::boolean[], $19::text[]`

const unnestedNames = columns + `, unread, attrs`

// levels are the priorities that there are, the highest first: they are few, and an index finds the next one.
const levels = `recursive levels(priority) as (
	(select t.priority from {s}.tasks t where t.at is not null order by t.priority desc limit 1)
	union all
	select (select t.priority from {s}.tasks t where t.at is not null and t.priority < l.priority order by t.priority desc limit 1) from levels l where l.priority is not null
)`

func newStatements(schema string) statements {
	s := statements{
		// In the order of IDs, as all that lock several tasks: so they don't lock each other out.
		lock: `select ` + infoColumns + `, t.number, t.count, t.at, octet_length(t.snapshot) from {s}.tasks t
			where t.id = any(array_cat($1::bytea[], array(select p.parent from {s}.tasks p where p.id = any($2::bytea[]) and p.parent is not null))) order by t.id for no key update`,
		letters: `select t.id, i.n, i.id, i.topic from {s}.tasks t join {s}.inbox i on i.task = t.number where t.id = any($1::bytea[]) order by i.task, i.n`,
		known: `select t.id, k.id from unnest($1::bytea[], $2::bytea[]) u(task, id) join {s}.tasks t on t.id = u.task
			join {s}.known k on k.task = t.number and k.id = u.id`,
		numbers: `select nextval('{s}.numbers') from generate_series(1, $1)`,
		now:     `select {s}.clock()`,

		start: `insert into {s}.tasks (` + columns + `, attrs, priority, func, parent, created)
			select ` + columns + `, nullif(attrs::bytea[], '{}'), priority, func, parent, created
			from ` + unnested + `, $20::smallint[], $21::bytea[], $22::bytea[], $23::timestamptz[]) as u(` + unnestedNames + `, priority, func, parent, created)`,
		change: `update {s}.tasks t set epoch = u.epoch, seq = u.seq, count = u.count, status = u.status, at = u.at, due = u.due, until = u.until, updated = u.updated,
			owner = u.owner, awaits = u.awaits, waits = u.waits, reason = u.reason, err = u.err, result = u.result,
			snapshot = case when u.unread then t.snapshot else u.snapshot end,
			attrs = case when u.attrs is null then t.attrs else nullif(u.attrs::bytea[], '{}') end
			from ` + unnested + `) as u(` + unnestedNames + `) where t.id = u.id`,
		refuse:  `update {s}.tasks set refused = $2::bytea[] where id = $1`,
		know:    `insert into {s}.known (task, n, id) select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])`,
		consume: `delete from {s}.inbox i using unnest($1::bigint[], $2::bytea[]) u(task, id), {s}.known k where k.task = u.task and k.id = u.id and i.task = k.task and i.n = k.n`,
		empty:   `delete from {s}.inbox where task = any($1::bigint[])`,
		receive: `insert into {s}.inbox (task, n, id, topic, body) select * from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[])`,
		note:    `insert into {s}.events (task, n, seq, at, note) select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bytea[])`,
		trim:    `delete from {s}.events e using unnest($1::bigint[], $2::bigint[]) u(task, n) where e.task = u.task and e.n <= u.n`,
		keep:    `insert into {s}.kept (task, seq, at, waits, snapshot) select * from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::bytea[], $5::bytea[])`,
		drop: `delete from {s}.kept k using unnest($1::bigint[]) u(task), lateral (select o.seq from {s}.kept o where o.task = u.task order by o.seq desc offset $2 limit 1) l
			where k.task = u.task and k.seq <= l.seq`,
		learn:  `insert into {s}.schemas (hash, text) select * from unnest($1::bigint[], $2::bytea[]) on conflict do nothing`,
		notify: `select pg_notify($1, $2)`,

		// One that is locked is about to be changed, by who tells of it if need be.
		claim: `with ` + levels + `, mine as materialized (
				select c.id from levels l cross join lateral (
					select t.id from {s}.tasks t where t.at is not null and t.priority = l.priority and t.at <= {s}.clock() and (t.refused is null or not t.refused @> array[$2::bytea])
					order by t.at limit $3 for no key update skip locked) c
				limit $3)
			update {s}.tasks t set owner = $1, epoch = t.epoch + 1, until = {s}.clock() + $4::interval, at = {s}.clock() + $4::interval + interval '1 microsecond'
			from mine where t.id = mine.id returning ` + infoColumns + `, t.number, t.snapshot, t.count`,
		inbox: `select i.task, i.id, i.topic, i.body from {s}.inbox i where i.task = any($1::bigint[]) order by i.task, i.n`,
		next: `with ` + levels + ` select (extract(epoch from min(c.at) - {s}.clock()) * 1000000)::bigint from levels l cross join lateral (
				select t.at from {s}.tasks t where t.at is not null and t.priority = l.priority and (t.refused is null or not t.refused @> array[$1::bytea]) order by t.at limit 1) c`,
		renew: `with mine as materialized (select t.id from {s}.tasks t where t.id = any($2::bytea[]) and t.owner = $1 and t.status < 3 order by t.id for no key update)
			update {s}.tasks t set until = {s}.clock() + $3::interval, at = case when t.due is not null then greatest(t.due, {s}.clock() + $3::interval + interval '1 microsecond') end
			from mine where t.id = mine.id`,
		cancels: `select t.id, i.id, i.topic, i.body from {s}.tasks t join {s}.inbox i on i.task = t.number where t.id = any($2::bytea[]) and t.owner = $1 and i.topic = $3 order by t.id, i.n`,

		get:      `select ` + infoColumns + `, t.snapshot from {s}.tasks t where t.id = $1`,
		getInbox: `select i.task, i.id, i.topic, i.body from {s}.tasks t join {s}.inbox i on i.task = t.number where t.id = $1 order by i.n`,
		list:     `select ` + infoColumns + `, octet_length(t.snapshot) from {s}.tasks t where `,
		number:   `select t.number from {s}.tasks t where t.id = $1`,
		history:  `select e.seq, e.at, e.note from {s}.events e where e.task = $1 order by e.n desc limit $2`,
		keptOf:   `select k.seq, k.at, k.waits, k.snapshot from {s}.kept k where k.task = $1 order by k.seq`,
		schema:   `select text from {s}.schemas where hash = $1`,

		ending:       `select t.number from {s}.tasks t where t.id = any($1::bytea[]) and t.status >= 3 order by t.id for update`,
		forgetTasks:  `delete from {s}.tasks where id = any($1::bytea[]) and number = any($2::bigint[])`,
		forgetKnown:  `delete from {s}.known where task = any($1::bigint[])`,
		forgetInbox:  `delete from {s}.inbox where task = any($1::bigint[])`,
		forgetEvents: `delete from {s}.events where task = any($1::bigint[])`,
		forgetKept:   `delete from {s}.kept where task = any($1::bigint[])`,
	}
	for _, q := range []*string{
		&s.lock, &s.letters, &s.known, &s.numbers, &s.now, &s.start, &s.change, &s.refuse, &s.know, &s.consume, &s.empty, &s.receive,
		&s.note, &s.trim, &s.keep, &s.drop, &s.learn, &s.notify, &s.claim, &s.inbox, &s.next, &s.renew, &s.cancels,
		&s.get, &s.getInbox, &s.list, &s.number, &s.history, &s.keptOf, &s.schema,
		&s.ending, &s.forgetTasks, &s.forgetKnown, &s.forgetInbox, &s.forgetEvents, &s.forgetKept,
	} {
		*q = named(*q, schema)
	}
	return s
}
