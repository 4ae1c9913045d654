package faults_test

import (
	"context"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// socketName is that of a Postgres server on port 5432.
const socketName = ".s.PGSQL.5432"

// proxy stands between the server under test and Postgres and catches messages.
type proxy struct {
	dir      string
	listener net.Listener
	upstream func() string // the socket of the database, which moves when it restarts

	mu    sync.Mutex
	links map[*link]bool
	trap  *trap
}

// trap catches the first message of a moment.
type trap struct {
	at  moment
	hit chan *link
}

func newProxy(t *testing.T, upstream func() string) *proxy {
	t.Helper()
	p := &proxy{dir: tempDir(t), upstream: upstream, links: map[*link]bool{}}
	var err error
	var listen net.ListenConfig
	if p.listener, err = listen.Listen(t.Context(), "unix", filepath.Join(p.dir, socketName)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { p.serve(&wg) })
	t.Cleanup(func() {
		_ = p.listener.Close()
		p.disarm()
		p.cutAll()
		wg.Wait()
	})
	return p
}

func (p *proxy) serve(wg *sync.WaitGroup) {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		upstream, err := p.dial()
		if err != nil {
			_ = client.Close()
			continue
		}
		l := &link{
			proxy: p, client: client, upstream: upstream,
			orders: make(chan order, 1), statements: map[string]string{},
		}
		p.mu.Lock()
		p.links[l] = true
		p.mu.Unlock()
		wg.Go(func() {
			l.run()
			p.mu.Lock()
			defer p.mu.Unlock()
			delete(p.links, l)
		})
	}
}

func (p *proxy) dial() (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var d net.Dialer
	return d.DialContext(ctx, "unix", p.upstream())
}

// url is the database's URL by way of the proxy.
func (p *proxy) url(t *testing.T, direct string) string {
	t.Helper()
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("host", p.dir)
	u.RawQuery = q.Encode()
	return u.String()
}

// socketOf is the path of the socket that a URL names.
func socketOf(direct string) string {
	u, err := url.Parse(direct)
	if err != nil {
		return ""
	}
	return filepath.Join(u.Query().Get("host"), socketName)
}

// arm sets the trap.
func (p *proxy) arm(at moment) *trap {
	t := &trap{at: at, hit: make(chan *link, 1)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trap = t
	return t
}

func (p *proxy) disarm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trap = nil
}

// catch takes the trap away if the message sprang it.
func (p *proxy) catch(_ *link, w *wire) *trap {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trap == nil || !p.trap.at.matches(w) {
		return nil
	}
	t := p.trap
	p.trap = nil
	return t
}

// await is the connection on which the trap was sprung; its message is held until
// an order is sent.
func (tr *trap) await(t *testing.T, within time.Duration) *link {
	t.Helper()
	select {
	case l := <-tr.hit:
		return l
	case <-time.After(within):
		t.Fatalf("no %s within %s", tr.at.name, within)
		return nil
	}
}

// cutAll cuts every connection.
func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		select {
		case l.orders <- drop:
		default:
		}
		l.cut()
	}
}
