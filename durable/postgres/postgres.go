package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options say how a store is. The zero value of each field is what Open takes.
type Options struct {
	Schema  string        // where its tables are; "" is "durable". Each schema is a store of its own
	History int           // events that are kept of each task; 0 is 50, and less than 0 none
	Keep    int           // snapshots that are kept of each task, for forks of where it stood: see [engine.Keeper]
	Timeout time.Duration // of a transaction, and of a connection to be made; 0 is 15 s
	// Poll is how often a worker that waits asks by itself whether there is something to do, for news that did not come; 0 is 1 s.
	Poll time.Duration
	// NoListen has no connection wait for news of other processes: Poll says how late they are.
	NoListen bool
	// Logger is told of what [Store.Warnings] has when the store is opened, and of connections for news that broke. nil is the default
	// one.
	Logger *slog.Logger
}

// Store is an [engine.Engine].
type Store struct {
	pool *pgxpool.Pool
	own  bool // the pool is closed with the store
	most int  // connections of the pool
	o    Options
	sql  statements

	jobs    chan *job
	stop    chan struct{}
	stopped chan struct{}   // nothing is written any more
	ctx     context.Context // ends with the store
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	news   *news
	idle   int          // who waits for that
	missed atomic.Int64 // claims in a row that gave nothing

	unfenced bool // for a test: epochs and sequences are not looked at
}

var _ engine.Keeper = (*Store)(nil)

// ErrClosed is the error of a closed store.
var ErrClosed = errors.New("durable: the store is closed")

// Open opens the store of a database, by a URL or by keywords and values, as [pgxpool.ParseConfig] has them: pool_max_conns is
// how many connections it has at most, besides the one for news.
func Open(ctx context.Context, dsn string) (*Store, error) {
	return OpenWith(ctx, dsn, Options{})
}

// OpenWith is Open with options.
func OpenWith(ctx context.Context, dsn string, o Options) (*Store, error) {
	c, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("durable: it is not said which database: %w", err)
	}
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = o.withDefaults().Timeout
	}
	c.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, session, pgx.QueryExecModeSimpleProtocol)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("durable: the database can't be reached: %w", err)
	}
	s, err := OpenPool(ctx, pool, o)
	if err != nil {
		pool.Close()
		return nil, err
	}
	s.own = true
	return s, nil
}

// session is what a connection is told first. All that is asked goes by an index; a plan that was made while a table was small, and is kept, must too.
const session = `set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set default_transaction_isolation = 'read committed'`

func (o Options) withDefaults() Options {
	if o.Schema == "" {
		o.Schema = "durable"
	}
	if o.History == 0 {
		o.History = 50
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

var schemaName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,39}$`)

// OpenPool is OpenWith for a pool that the program has. Close leaves it open. Its sessions are left as they are: where a server plans with tables
// that it takes for small, set enable_seqscan, enable_hashjoin and enable_mergejoin to off for them, as Open does, or analyze the tables. Their
// default_transaction_isolation is to be read committed: with another one claims fail where several workers claim.
func OpenPool(ctx context.Context, pool *pgxpool.Pool, o Options) (*Store, error) {
	o = o.withDefaults()
	if !schemaName.MatchString(o.Schema) {
		return nil, fmt.Errorf("durable: %q can't be the name of a schema: take up to 40 letters, digits and _", o.Schema)
	}
	if err := migrate(ctx, pool, o.Schema, migrations); err != nil {
		return nil, err
	}
	s := &Store{
		pool: pool, most: int(pool.Config().MaxConns), o: o, sql: newStatements(o.Schema),
		jobs: make(chan *job, 1024), stop: make(chan struct{}), stopped: make(chan struct{}), news: newNews(),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	warnings, err := s.Warnings(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		o.Logger.Warn(w, "schema", o.Schema)
	}
	s.running.Go(s.commits)
	if !o.NoListen {
		s.running.Go(s.listens)
	}
	return s, nil
}

// Close closes the store, when what was begun is written.
func (s *Store) Close() error {
	select {
	case <-s.stop:
		return ErrClosed
	default:
	}
	close(s.stop)
	s.cancel()
	s.running.Wait()
	if s.own {
		s.pool.Close()
	}
	return nil
}

// timeout is a context of a transaction.
func (s *Store) timeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.o.Timeout, fmt.Errorf("durable: the database has not answered for %v", s.o.Timeout))
}

// ask calls f with a connection, and with another one if that turns out to be broken: a pool notices late that a server was started
// anew. So f may be called again, but for one that has failed with an [unsure].
func (s *Store) ask(ctx context.Context, f func(ctx context.Context, c *pgxpool.Conn) error) error {
	ctx, cancel := s.timeout(ctx)
	defer cancel()
	for left := s.most; ; left-- {
		broke := false
		err := s.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
			err := f(ctx, c)
			broke = c.Conn().IsClosed()
			return err
		})
		var u unsure
		switch {
		case err == nil:
			return nil
		case broke && left > 0 && ctx.Err() == nil && !errors.As(err, &u):
			continue
		case code(err) == readOnly:
			s.pool.Reset() // the server was a primary; the next connection may find the one that is
		}
		if ctx.Err() != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		return fmt.Errorf("durable: the database has failed: %w", err)
	}
}

// unsure is an error of a transaction that was sent.
type unsure struct{ error }

func (u unsure) Unwrap() error { return u.error }

// Codes of errors of the server.
const (
	readOnly      = "25006"
	serialization = "40001"
	deadlock      = "40P01"
	unique        = "23505"
)

// refuses reports whether the server has undone a transaction for what is in it. One whose connection the server ends may be done: what it waits for
// last is the standby.
func refuses(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.SeverityUnlocalized == "ERROR" && !strings.HasPrefix(e.Code, "57")
}

func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
