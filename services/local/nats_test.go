package local_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/local"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func startNATS(t *testing.T, dir string) *local.NATS {
	t.Helper()
	n, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: dir, Listen: "127.0.0.1:0", Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, n) })
	return n
}

func stop(t *testing.T, n interface {
	Stop(ctx context.Context) error
},
) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
	defer cancel()
	if err := n.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
}

func connect(t *testing.T, n *local.NATS, credentials string) *nats.Conn {
	t.Helper()
	nc, err := courier.Connect(t.Context(), courier.ConnectConfig{URL: n.URL(), Credentials: credentials, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestDirectoryIsLocked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := startNATS(t, dir)
	_, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: dir, Log: quiet()})
	if !local.IsLocked(err) {
		t.Fatalf("second server on the same directory: %v; want IsLocked", err)
	}
	for _, want := range []string{dir, "process ", filepath.Base(os.Args[0])} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not name %q", err, want)
		}
	}
	stop(t, n)
	again := startNATS(t, dir)
	stop(t, again)
}

func TestNothingWithoutCredentials(t *testing.T) {
	t.Parallel()
	n := startNATS(t, t.TempDir())
	stranger := startNATS(t, t.TempDir())
	for name, credentials := range map[string]string{"none": "", "another server's": stranger.ServicesCredentials()} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		_, err := courier.Connect(ctx, courier.ConnectConfig{URL: n.URL(), Credentials: credentials, Log: quiet()})
		cancel()
		if !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("credentials %s: %v; want an authorization error", name, err)
		}
	}
	if _, err := nats.Connect(n.URL(), nats.UserInfo("services", "")); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("user without password: %v; want an authorization error", err)
	}
}

func TestClientsMaySubmitAndNothingElse(t *testing.T) {
	t.Parallel()
	n := startNATS(t, t.TempDir())
	services, err := n.Connect(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(services.Close)
	js, err := jetstream.New(services)
	if err != nil {
		t.Fatal(err)
	}
	if err := courier.EnsureStreams(t.Context(), js, 1); err != nil {
		t.Fatal(err)
	}

	refused := make(chan error, 16)
	clients, err := nats.Connect(n.URL(), seedOption(t, n.ClientsCredentials()),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(clients.Close)

	if _, err := clients.Request("intake.submit", nil, time.Second); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("request while intake is away: %v; want no responders at once", err)
	}
	_, err = services.QueueSubscribe("intake.submit", "intake", func(m *nats.Msg) {
		_ = m.RespondMsg(&nats.Msg{
			Data: append([]byte("got "), m.Data...), Header: nats.Header{"Seen": m.Header["Authorization"]},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := services.Flush(); err != nil {
		t.Fatal(err)
	}
	answer, err := clients.RequestMsg(&nats.Msg{
		Subject: "intake.submit", Data: []byte("x"), Header: nats.Header{"Authorization": {"Bearer t"}},
	}, 5*time.Second)
	if err != nil || string(answer.Data) != "got x" || answer.Header.Get("Seen") != "Bearer t" {
		t.Fatalf("request on intake.submit: %v, %v", answer, err)
	}

	var spied []*nats.Subscription
	for _, subject := range []string{
		"submissions.>", "receipts.>", "parked.>", ">", "intake.submit", "$JS.>", "$SYS.>", "ledger.>",
	} {
		sub, err := clients.SubscribeSync(subject)
		if err != nil {
			t.Fatal(err)
		}
		spied = append(spied, sub)
		expectRefusal(t, clients, refused, "subscribe to "+subject)
	}
	for _, subject := range []string{
		"submissions.p._.a", "receipts.x", "ledger.p.appended", "$JS.API.STREAM.NAMES", "intake.other", "_INBOX.x",
	} {
		if err := clients.Publish(subject, []byte("no")); err != nil {
			t.Fatal(err)
		}
		expectRefusal(t, clients, refused, "publish to "+subject)
	}
	stream, err := js.Stream(t.Context(), courier.StreamSubmissions)
	if err != nil {
		t.Fatal(err)
	}
	if got := stream.CachedInfo().State.LastSeq; got != 0 {
		t.Errorf("%d messages reached SUBMISSIONS; want none", got)
	}

	// The services' own inboxes and subjects are in another account.
	inboxes, err := clients.SubscribeSync("_INBOX.>")
	if err != nil {
		t.Fatal(err)
	}
	if err := clients.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "submissions.p._.a", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(services.Flush(), clients.Flush()); err != nil {
		t.Fatal(err)
	}
	for _, sub := range append(spied, inboxes) {
		if pending, _, err := sub.Pending(); err == nil && pending != 0 {
			t.Errorf("clients heard %d messages on %s; want none", pending, sub.Subject)
		}
	}
}

func seedOption(t *testing.T, path string) nats.Option {
	t.Helper()
	opt, err := nats.NkeyOptionFromSeed(path)
	if err != nil {
		t.Fatal(err)
	}
	return opt
}

func expectRefusal(t *testing.T, nc *nats.Conn, refused <-chan error, what string) {
	t.Helper()
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-refused:
		if !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%s: %v; want a permission violation", what, err)
		}
	case <-time.After(5 * time.Second):
		t.Errorf("%s was allowed", what)
	}
}

func TestRestartKeepsStreamsAndCredentials(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := startNATS(t, dir)
	seed, err := os.ReadFile(n.ClientsCredentials())
	if err != nil {
		t.Fatal(err)
	}
	js := streams(t, n)
	if _, err := js.Publish(t.Context(), "submissions.p._.a", []byte("kept")); err != nil {
		t.Fatal(err)
	}
	js.Conn().Close()
	stop(t, n)

	n = startNATS(t, dir)
	if again, err := os.ReadFile(n.ClientsCredentials()); err != nil || string(again) != string(seed) {
		t.Errorf("credentials changed over a restart (%v)", err)
	}
	stream, err := streams(t, n).Stream(t.Context(), courier.StreamSubmissions)
	if err != nil {
		t.Fatal(err)
	}
	if msg, err := stream.GetMsg(t.Context(), 1); err != nil || string(msg.Data) != "kept" {
		t.Errorf("message 1 after the restart: %v, %v; want %q", msg, err, "kept")
	}
}

func streams(t *testing.T, n *local.NATS) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(connect(t, n, n.ServicesCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	if err := courier.EnsureStreams(t.Context(), js, 1); err != nil {
		t.Fatal(err)
	}
	return js
}

func TestCredentialFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := startNATS(t, dir)
	for _, path := range []string{n.ServicesCredentials(), n.ClientsCredentials(), filepath.Join(dir, "lock")} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; want 0600", path, info, err)
		}
	}
	stop(t, n)
	if err := os.Chmod(n.ClientsCredentials(), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: dir, Log: quiet()})
	if err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("start with a readable secret: %v; want an error that says what to do", err)
	}
	if err := os.WriteFile(n.ClientsCredentials(), []byte("not a seed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(n.ClientsCredentials(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = local.StartNATS(t.Context(), local.NATSConfig{Dir: dir, Log: quiet()}); err == nil {
		t.Error("start with a broken seed succeeded")
	}
}
