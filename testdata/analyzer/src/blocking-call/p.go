package p

import (
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"ticket"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func f(c chan int, conn net.Conn, tcp *net.TCPConn, l net.Listener, wg *sync.WaitGroup, mu *sync.Mutex, file *os.File) {
	greenlet.Yield(1)
	time.Sleep(1) // want `time.Sleep blocks, and with f, which is resumable, all greenlets of its goroutine; yield, and be switched to when the time has come .* .blocking-call.`
	c <- 1        // want `a send blocks`
	<-c           // want `a receive blocks`
	for range c { // want `a loop over a channel blocks`
	}
	select { // want `a select without default blocks`
	case <-c:
	case c <- 1:
	}
	select {
	case <-c:
	default:
	}
	wg.Wait() // want `sync.WaitGroup.Wait blocks`
	mu.Lock()
	mu.Unlock()
	conn.Read(nil)           // want `net.Conn.Read blocks`
	tcp.Read(nil)            // want `net.conn.Read blocks`
	l.Accept()               // want `net.Listener.Accept blocks`
	os.ReadFile("")          // want `os.ReadFile blocks`
	(*sql.DB)(nil).Query("") // want `sql.DB.Query blocks`
	(*sql.Tx)(nil).Commit()  // want `sql.Tx.Commit blocks`
	io.ReadAll(strings.NewReader(""))
	file.Read(nil)                                       // want `os.File.Read blocks`
	http.Get("")                                         // want `http.Get blocks`
	http.DefaultClient.Do(nil)                           // want `http.Client.Do blocks`
	exec.Command("true").Run()                           // want `exec.Cmd.Run blocks`
	func() { time.Sleep(1) }()                           // want `time.Sleep blocks`
	later := func() { greenlet.Yield(1); time.Sleep(1) } // want `time.Sleep blocks`
	later()
	go func() { time.Sleep(1); c <- 1 }()
	buffered := make(chan string, 1)
	buffered <- ""
	<-buffered
}

//greenlet:resumable
func closed(done chan struct{}, s chan string) {
	greenlet.Yield(1)
	<-done
	select {
	case <-done:
	case s <- "":
	}
}

//greenlet:resumable
func elsewhere(ctx context.Context, t *ticket.Ticket) {
	greenlet.Yield(1)
	<-ctx.Done()    // want `a receive blocks`
	<-time.After(1) // want `a receive blocks`
	<-t.Ready
}

func finish(done chan struct{}) { close(done) }

func plain(c chan int) {
	time.Sleep(1)
	<-c
}
