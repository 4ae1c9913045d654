package local_test

import (
	"strings"
	"testing"

	"github.com/aboveline/aboveline/services/local"
)

func TestListenAddress(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"0.0.0.0:0": "not a loopback address", "10.1.2.3:4222": "not a loopback address", ":4222": "not a loopback address",
		"127.0.0.1": "host:port", "127.0.0.1:x": "number", "127.0.0.1:70000": "number",
	} {
		_, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: t.TempDir(), Listen: listen, Log: quiet()})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Listen %q: %v; want an error with %q", listen, err, want)
		}
	}
	n := startNATS(t, t.TempDir())
	taken := strings.TrimPrefix(n.URL(), "nats://")
	if strings.HasSuffix(taken, ":0") {
		t.Errorf("URL is %s; want the port that was taken", n.URL())
	}
	_, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: t.TempDir(), Listen: taken, Log: quiet()})
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("second server on %s: %v; want an error that says so", taken, err)
	}
}

func TestWithoutListener(t *testing.T) {
	t.Parallel()
	n, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: t.TempDir(), Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, n) })
	if n.URL() != "" {
		t.Errorf("URL is %q; want none", n.URL())
	}
	nc, err := n.Connect(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
}
