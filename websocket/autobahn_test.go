//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package websocket

import (
	"bytes"
	"compress/flate"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// step is something that a client sends, as one write, or in pieces of a size.
type step struct {
	bytes  []byte
	pieces int
}

// What the cases are made of.
func frames(list ...ws.Frame) step { return step{bytes: masked(list...)} }

func chopped(n int, list ...ws.Frame) step { return step{masked(list...), n} }

func text(s string) ws.Frame   { return ws.NewTextFrame([]byte(s)) }
func binary(n int) ws.Frame    { return ws.NewBinaryFrame(bytes.Repeat([]byte{0xfe}, n)) }
func long(n int) ws.Frame      { return text(strings.Repeat("*", n)) }
func ping(s string) ws.Frame   { return ws.NewPingFrame([]byte(s)) }
func pong(s string) ws.Frame   { return ws.NewPongFrame([]byte(s)) }
func first(s string) ws.Frame  { return ws.NewFrame(ws.OpText, false, []byte(s)) }
func more(s string) ws.Frame   { return ws.NewFrame(ws.OpContinuation, false, []byte(s)) }
func last(s string) ws.Frame   { return ws.NewFrame(ws.OpContinuation, true, []byte(s)) }
func closes(p []byte) ws.Frame { return ws.NewFrame(ws.OpClose, true, p) }

func code(c ws.StatusCode, reason string) ws.Frame { return closes(ws.NewCloseFrameBody(c, reason)) }

func rsv(bits byte, f ws.Frame) ws.Frame {
	f.Header.Rsv = bits
	return f
}

func op(c ws.OpCode, s string) ws.Frame { return ws.NewFrame(c, true, []byte(s)) }

func unfinished(f ws.Frame) ws.Frame {
	f.Header.Fin = false
	return f
}

var bye = code(1000, "")

// raw1 is bytes as they are.
func raw1(p ...byte) step { return step{bytes: p} }

type autobahn struct {
	name  string
	steps []step
	want  []string
}

// big is what is shown of a message of so many bytes.
func big(kind string, n int) string { return fmt.Sprintf("%s %d bytes", kind, n) }

// autobahnCases are those of the Autobahn test suite for servers, by its numbers; those that differ
// in sizes or pieces only are made by loops. A server that echoes is to answer so.
func autobahnCases() (list []autobahn) {
	add := func(name string, want []string, steps ...step) {
		list = append(list, autobahn{name, steps, want})
	}
	const protocol, invalid, normal = "close 1002", "close 1007", "close 1000"
	// 1: framing.
	for i, n := range []int{0, 125, 126, 127, 128, 65535, 65536} {
		show := big("text", n)
		if n == 0 {
			show = "text"
		}
		add(fmt.Sprintf("1.1.%d", i+1), []string{show, normal}, frames(long(n)), frames(bye))
		show = strings.Replace(show, "text", "binary", 1)
		add(fmt.Sprintf("1.2.%d", i+1), []string{show, normal}, frames(binary(n)), frames(bye))
	}
	add("1.1.8", []string{big("text", 65536), normal}, chopped(997, long(65536)), frames(bye))
	add("1.2.8", []string{big("binary", 65536), normal}, chopped(997, binary(65536)), frames(bye))
	// 2: pings and pongs.
	add("2.1", []string{"pong", normal}, frames(ping("")), frames(bye))
	add("2.2", []string{"pong Hello, world!", normal}, frames(ping("Hello, world!")), frames(bye))
	add("2.3", []string{"pong \x00\xff\xfe\xfd\xfc\xfb\x00\xff", normal}, frames(ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")), frames(bye))
	add("2.4", []string{big("pong", 125), normal}, frames(ping(strings.Repeat("\xfe", 125))), frames(bye))
	add("2.5", []string{protocol}, frames(ping(strings.Repeat("\xfe", 126))))
	add("2.6", []string{big("pong", 125), normal}, chopped(1, ping(strings.Repeat("\xfe", 125))), frames(bye))
	add("2.7", []string{normal}, frames(pong("")), frames(bye))
	add("2.8", []string{normal}, frames(pong("unsolicited")), frames(bye))
	add("2.9", []string{"pong ping", normal}, frames(pong("unsolicited"), ping("ping")), frames(bye))
	for i, pieces := range []int{0, 1} { // 2.10 and 2.11: an answer to the last would do
		var all []ws.Frame
		var want []string
		for n := range 10 {
			all = append(all, ping(fmt.Sprint("payload-", n)))
			want = append(want, fmt.Sprint("pong payload-", n))
		}
		add(fmt.Sprintf("2.%d", 10+i), append(want, normal), chopped(pieces, all...), frames(bye))
	}
	// 3: reserved bits.
	for i, bits := range []byte{1, 2, 3, 4, 5, 6, 7} {
		f := []ws.Frame{text("Hello"), text("Hello"), text("Hello"), text("Hello"), binary(8), ping(""), bye}[i]
		want := []string{"text Hello", protocol}
		if i == 0 {
			want = want[1:]
			add("3.1", want, frames(rsv(bits, f)))
			continue
		}
		pieces := map[int]int{2: 0, 3: 1}[i]
		if i >= 4 {
			want = want[1:]
			add(fmt.Sprintf("3.%d", i+1), want, chopped(pieces, rsv(bits, f)))
			continue
		}
		add(fmt.Sprintf("3.%d", i+1), want, chopped(pieces, text("Hello"), rsv(bits, f), ping("")))
	}
	// 4: reserved opcodes.
	for i, c := range []ws.OpCode{3, 4, 5, 6, 7} {
		add(fmt.Sprintf("4.1.%d", i+1), []string{protocol}, frames(op(c, "reserved opcode payload")))
	}
	for i, c := range []ws.OpCode{11, 12, 13, 14, 15} {
		add(fmt.Sprintf("4.2.%d", i+1), []string{protocol}, frames(op(c, "reserved opcode payload")))
	}
	add("4.1 behind a message", []string{"text Hello", protocol}, frames(text("Hello"), op(5, ""), ping("")))
	add("4.2 behind a message", []string{"text Hello", protocol}, chopped(1, text("Hello"), op(13, ""), ping("")))
	// 5: fragments.
	add("5.1", []string{protocol}, frames(unfinished(ping("fragment1")), last("fragment2")))
	add("5.2", []string{protocol}, frames(unfinished(pong("fragment1")), last("fragment2")))
	for i, pieces := range []int{0, 0, 1} {
		add(fmt.Sprintf("5.%d", 3+i), []string{"text fragment1fragment2", normal}, chopped(pieces, first("fragment1"), last("fragment2")), frames(bye))
		add(fmt.Sprintf("5.%d", 6+i), []string{"pong ping", "text fragment1fragment2", normal}, chopped(pieces, first("fragment1"), ping("ping"), last("fragment2")), frames(bye))
		add(fmt.Sprintf("5.%d", 9+i), []string{protocol}, chopped(pieces, last("non-continuation payload"), text("Hello")))
		add(fmt.Sprintf("5.%d", 12+i), []string{protocol}, chopped(pieces, more("non-continuation payload"), text("Hello")))
	}
	add("5.15", []string{"text fragment1fragment2", protocol}, frames(first("fragment1"), last("fragment2"), more("fragment3"), text("fragment4")))
	add("5.16", []string{protocol}, frames(more("fragment1"), first("fragment2"), last("fragment3")))
	add("5.17", []string{protocol}, frames(last("fragment1"), first("fragment2"), last("fragment3")))
	add("5.18", []string{protocol}, frames(first("fragment1"), text("fragment2")))
	for i, pieces := range []int{0, 1} {
		add(fmt.Sprintf("5.%d", 19+i), []string{"pong pongme 1!", "pong pongme 2!", "text fragment1fragment2fragment3fragment4fragment5"[:5] + "45 bytes", normal}, chopped(pieces, first("fragment1"), more("fragment2"),
			ping("pongme 1!"), more("fragment3"), more("fragment4"), ping("pongme 2!"), last("fragment5")), frames(bye))
	}
	// 6: UTF-8.
	const kosme, orphan = "Hello-µ@ßöäüàá-UTF-8!!", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64"
	add("6.1.1", []string{"text", normal}, frames(text("")), frames(bye))
	add("6.1.2", []string{"text", normal}, frames(first(""), more(""), last("")), frames(bye))
	add("6.1.3", []string{"text middle", normal}, frames(first(""), more("middle"), last("")), frames(bye))
	add("6.2.1", []string{"text " + kosme, normal}, frames(text(kosme)), frames(bye))
	add("6.2.2", []string{"text " + kosme, normal}, frames(first(kosme[:12]), last(kosme[12:])), frames(bye))
	var bytewise []ws.Frame
	for i := range len(kosme) {
		f := more(kosme[i : i+1])
		if i == 0 {
			f = first(kosme[:1])
		}
		bytewise = append(bytewise, f)
	}
	add("6.2.3", []string{"text " + kosme, normal}, frames(append(bytewise, last(""))...), frames(bye))
	add("6.2.4", []string{"text \xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", normal}, frames(text("\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5")), frames(bye))
	add("6.3.1", []string{invalid}, frames(text(orphan)))
	add("6.3.2", []string{invalid}, frames(first(orphan[:1]), more(orphan[1:14]), last(orphan[14:])))
	add("6.4.1", []string{invalid}, frames(first(orphan[:11]), more(orphan[11:14]))) // at once, before the end
	add("6.4.2", []string{invalid}, frames(first(orphan[:12]), more(orphan[12:13])))
	whole := masked(text(orphan))
	add("6.4.3", []string{invalid}, step{bytes: whole[:len(whole)-6]})
	add("6.4.4", []string{invalid}, step{whole[:len(whole)-6], 1})
	for i, s := range []string{ // 6.5 to 6.23
		"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", "\x00", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80", "\x7f", "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xef\xbf\xbe", "\xf0\x9f\xbf\xbf", "\xf0\xaf\xbf\xbe", "\xf4\x8f\xbf\xbe",
	} {
		add(fmt.Sprintf("6 valid %d", i), []string{"text " + s, normal}, frames(text(s)), frames(bye))
		add(fmt.Sprintf("6 valid %d in pieces", i), []string{"text " + s, normal}, chopped(1, first(s[:1]), last(s[1:])), frames(bye))
	}
	for i, s := range []string{
		"\xce", "\xce\xba\xe1", "\xce\xba\xe1\xbd", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf",
		"\xf4\x90\x80\x80", "\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\xc0\x20\xc1\x20", "\xe0\x20\xe1\x20", "\xf0\x20", "\xf8\x20", "\xc0", "\xe0\x80", "\xf0\x80\x80", "\xdf", "\xef\xbf",
		"\xf7\xbf\xbf", "\xc0\xe0\x80\xf0", "\xfe", "\xff", "\xfe\xfe\xff\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xc0\x80",
		"\xe0\x80\x80", "\xf0\x80\x80\x80", "\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xbf\xbf", "\xed\xa0\x80\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf",
	} {
		add(fmt.Sprintf("6 invalid %d", i), []string{invalid}, frames(text(s)))
		add(fmt.Sprintf("6 invalid %d in pieces", i), []string{invalid}, chopped(1, first(s[:1]), last(s[1:])))
	}
	// 7: closing.
	add("7.1.1", []string{"text Hello World!", normal}, frames(text("Hello World!")), frames(bye))
	add("7.1.2", []string{normal}, frames(bye, bye))
	add("7.1.3", []string{normal}, frames(bye, ping("")))
	add("7.1.4", []string{normal}, frames(bye, text("Hello World!")))
	add("7.1.5", []string{normal}, frames(first("fragment1"), bye, last("fragment2")))
	add("7.1.6", []string{big("text", 256*1024), "text Hello World!", normal}, frames(long(256*1024), text("Hello World!"), bye, ping("")))
	add("7.3.1", []string{"close"}, frames(closes(nil)))
	add("7.3.2", []string{protocol}, frames(closes([]byte("a"))))
	add("7.3.3", []string{normal}, frames(bye))
	add("7.3.4", []string{normal}, frames(code(1000, "Hello World!")))
	add("7.3.5", []string{normal}, frames(code(1000, strings.Repeat("*", 123))))
	add("7.3.6", []string{protocol}, frames(closes(append([]byte{3, 0xe8}, strings.Repeat("*", 124)...))))
	add("7.5.1", []string{invalid}, frames(code(1000, orphan)))
	for i, c := range []ws.StatusCode{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		add(fmt.Sprintf("7.7.%d", i+1), []string{fmt.Sprint("close ", c)}, frames(code(c, "")))
	}
	for i, c := range []ws.StatusCode{0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999} {
		add(fmt.Sprintf("7.9.%d", i+1), []string{protocol}, frames(code(c, "")))
	}
	// 9: limits. Messages of up to 1 MiB, in fragments, in pieces.
	for _, n := range []int{64 << 10, 256 << 10, 1 << 20} {
		add(fmt.Sprintf("9.1 %d", n), []string{big("text", n), normal}, frames(long(n)), frames(bye))
		add(fmt.Sprintf("9.2 %d", n), []string{big("binary", n), normal}, frames(binary(n)), frames(bye))
		for _, part := range []int{64, 1024, 65536} {
			var all []ws.Frame
			for i := 0; i < n; i += part {
				f := more(strings.Repeat("*", part))
				if i == 0 {
					f = first(strings.Repeat("*", part))
				}
				all = append(all, f)
			}
			add(fmt.Sprintf("9.3 %d of %d", n, part), []string{big("text", n), normal}, frames(append(all, last(""))...), frames(bye))
		}
	}
	add("9.5", []string{big("text", 256<<10), normal}, chopped(64, long(256<<10)), frames(bye))
	add("9 too long", []string{"close 1009"}, frames(long(1<<20+1)))
	add("9 too long together", []string{"close 1009"}, frames(first(strings.Repeat("*", 1<<19)), more(strings.Repeat("*", 1<<19)), last("*")))
	add("9 a length that is a lie", []string{"close 1009"}, raw1(0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4))
	add("9 a negative length", []string{protocol}, raw1(0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4))
	// 10: fragments that are flushed.
	var parts []ws.Frame
	for i := 0; i < 65536; i += 1300 {
		f := more(strings.Repeat("*", min(1300, 65536-i)))
		if i == 0 {
			f = first(strings.Repeat("*", 1300))
		}
		parts = append(parts, f)
	}
	add("10.1.1", []string{big("text", 65536), normal}, chopped(1300, append(parts, last(""))...), frames(bye))
	add("not masked", []string{protocol}, step{bytes: ws.MustCompileFrame(text("x"))})
	return list
}

// A server that echoes answers the cases of the Autobahn suite as that wants it.
func TestAutobahn(t *testing.T) {
	annotated := start(t, &Handler{Serve: &echo{}})
	plain := start(t, &Handler{Serve: plainEcho{&echo{}}})
	for _, c := range autobahnCases() {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range []*running{annotated, plain} {
				r := s.dial(t)
				go func() {
					for _, step := range c.steps {
						n := step.pieces
						if n == 0 {
							n = len(step.bytes)
						}
						for p := step.bytes; len(p) > 0; {
							m := min(n, len(p))
							if _, err := r.Write(p[:m]); err != nil {
								return
							}
							if p = p[m:]; n == 1 && len(p) > 0 {
								time.Sleep(10 * time.Microsecond)
							}
						}
					}
				}()
				assert.Equal(t, c.want, r.frames())
				r.Conn.(*net.TCPConn).Close()
			}
		})
	}
}

// packed is a message as permessage-deflate has it, by the standard library.
func packed(t *testing.T, s string) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	require.NoError(t, err)
	_, _ = w.Write([]byte(s))
	require.NoError(t, w.Flush())
	return bytes.TrimSuffix(b.Bytes(), []byte{0, 0, 0xff, 0xff})
}

// Cases 12 and 13: messages that are packed, of many sizes, whole and in fragments; and what is none.
func TestAutobahnCompressed(t *testing.T) {
	s := start(t, &Handler{Serve: &echo{}, Options: Options{Compress: true}})
	const offer = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; client_max_window_bits"
	for _, size := range []int{0, 16, 64, 127, 128, 1024, 4096, 65536, 1 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			r := s.dial(t, offer)
			message := strings.Repeat("{\"name\": \"value\"} ", size/18+1)[:size]
			f := rsv(4, ws.NewFrame(ws.OpText, true, packed(t, message)))
			p := f.Payload
			parts := []ws.Frame{rsv(4, ws.NewFrame(ws.OpText, false, p[:len(p)/2])), ws.NewPingFrame(nil), ws.NewFrame(ws.OpContinuation, true, p[len(p)/2:])}
			go r.Write(append(masked(f, text(message)), masked(append(parts, bye)...)...))
			var got []string
			for {
				f, err := ws.ReadFrame(r.r)
				require.NoError(t, err)
				if f.Header.Rsv1() {
					plain, err := unpack(f.Payload, 1<<21)
					require.NoError(t, err)
					f.Payload = plain
					assert.GreaterOrEqual(t, len(plain), leastPacked)
				}
				if f.Header.OpCode == ws.OpText {
					assert.Equal(t, message, string(f.Payload))
					got = append(got, "message")
					continue
				}
				got = append(got, show(f))
				if f.Header.OpCode == ws.OpClose {
					break
				}
			}
			assert.Equal(t, []string{"message", "message", "pong", "message", "close 1000"}, got)
		})
	}
	bomb := packed(t, strings.Repeat("\x00", 64<<20))
	for name, c := range map[string]struct {
		p    []byte
		want string
	}{
		"not packed":          {masked(rsv(4, text("\xff\xff\xff"))), "close 1007"},
		"bit of a control":    {masked(rsv(4, ping(""))), "close 1002"},
		"bit of a fragment":   {masked(rsv(4, ws.NewFrame(ws.OpText, false, nil)), rsv(4, last(""))), "close 1002"},
		"another bit":         {masked(rsv(2, text(""))), "close 1002"},
		"not UTF-8":           {masked(rsv(4, ws.NewFrame(ws.OpText, true, packed(t, "\xff")))), "close 1007"},
		"more than it seems":  {masked(rsv(4, ws.NewFrame(ws.OpBinary, true, bomb))), "close 1009"},
		"packed, though long": {masked(rsv(4, ws.NewFrame(ws.OpBinary, true, make([]byte, 2<<20)))), "close 1009"},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.dial(t, offer)
			go r.Write(c.p)
			assert.Equal(t, []string{c.want}, r.frames())
		})
	}
}
