package admin_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/admin/api"
	"github.com/going-green/greenlet/durable/task"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unwilling(context.Context, int) (int, error) { return 0, errors.New("no") }
func slow(ctx context.Context, _ int) (int, error) {
	<-ctx.Done()
	return 0, context.Cause(ctx)
}

//greenlet:resumable durable
func unlucky(t *task.Task, n int) error {
	_, err := task.Do(t, unwilling, n, task.Retry(2), task.Backoff(time.Millisecond, time.Millisecond))
	_, late := task.Do(t, slow, n, task.Timeout(time.Millisecond))
	return errors.Join(err, late)
}

var (
	sampleLine = regexp.MustCompile(`^(greenlet_durable_[a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z]+="(?:[^"\\\n]|\\[\\"n])*")*\})? ([0-9.e+-]+|\+Inf)$`)
	metaLine   = regexp.MustCompile(`^# (HELP|TYPE) (greenlet_durable_[a-z_]+) (.+)$`)
)

// scrape reads figures as Prometheus does, and holds the format.
func scrape(t *testing.T, base string) map[string]float64 {
	resp, err := http.Get(base + "/metrics")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, "text/plain; version=0.0.4; charset=utf-8", resp.Header.Get("Content-Type"))
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	all, types, family := map[string]float64{}, map[string]string{}, ""
	for s := bufio.NewScanner(strings.NewReader(string(text))); s.Scan(); {
		if m := metaLine.FindStringSubmatch(s.Text()); m != nil {
			if m[1] == "TYPE" {
				assert.Equal(t, family, m[2], "HELP and TYPE go together")
				assert.NotContains(t, types, m[2], "a family is there once")
				types[m[2]] = m[3]
			}
			family = m[2]
			continue
		}
		m := sampleLine.FindStringSubmatch(s.Text())
		require.NotNil(t, m, s.Text())
		assert.True(t, strings.HasPrefix(m[1], family), "%s belongs to %s", m[1], family)
		assert.Equal(t, types[family] == "counter", strings.HasSuffix(m[1], "_total"), m[1])
		key := strings.TrimPrefix(m[1], "greenlet_durable_") + m[2]
		assert.NotContains(t, all, key)
		all[key], err = strconv.ParseFloat(m[3], 64)
		require.NoError(t, err)
	}
	for name, kind := range types {
		if kind != "histogram" {
			continue
		}
		name = strings.TrimPrefix(name, "greenlet_durable_")
		assert.Equal(t, all[name+"_count"], all[name+`_bucket{le="+Inf"}`])
		assert.LessOrEqual(t, all[name+`_bucket{le="0.001"}`], all[name+`_bucket{le="1"}`])
	}
	return all
}

func TestMetrics(t *testing.T) {
	w := newWorld(t)
	w.start("o1", order, parcel{"Ann", 1})
	w.start("o2", order, parcel{"Bob", 1})
	w.start("b", breaks, 7)
	w.start("p", keepsChannel, 7)
	w.start("u", unlucky, 7)
	for id, state := range map[api.ID]string{"o1": api.Waiting, "o2": api.Waiting, "b": api.Failed, "p": api.Parked, "u": api.Done} {
		w.until(id, state)
	}
	require.NoError(t, second(w.c.Cancel(t.Context(), "o1")))
	w.until("o1", api.Canceled)
	s := httptest.NewServer(w.a)
	defer s.Close()
	m := scrape(t, s.URL)
	const of = "github.com/going-green/greenlet/durable/admin_test."
	for key, want := range map[string]float64{
		`tasks{state="waiting"}`: 1, `tasks{state="parked"}`: 1, `tasks{state="failed"}`: 1, `tasks{state="done"}`: 1, `tasks{state="canceled"}`: 1, `tasks{state="running"}`: 0,
		`effects_total{func="admin_test.charge",outcome="ok"}`: 2, `effects_total{func="admin_test.unwilling",outcome="error"}`: 2,
		`effects_total{func="admin_test.slow",outcome="timeout"}`: 1, `effect_retries_total`: 1, `effects_running`: 0, `effect_seconds_count`: 5,
		`ended_total{func="` + of + `breaks",how="failed"}`: 1, `ended_total{func="` + of + `unlucky",how="error"}`: 1,
		`ended_total{func="` + of + `order",how="canceled"}`: 1, `parked_total`: 1, `fenced_total`: 0, `lost_total`: 0, `loaded_tasks`: 0,
		`oldest_due_seconds`: 0, `commit_seconds_count`: m["commits_total"], `claim_delay_seconds_count`: m["claims_total"],
	} {
		got, ok := m[key]
		assert.True(t, ok, key)
		assert.Equal(t, want, got, key)
	}
	assert.GreaterOrEqual(t, m["claims_total"], 6.0)
	assert.GreaterOrEqual(t, m["steps_total"], m["commits_total"])
	about, err := w.c.About(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, about.States[api.Waiting])
}
