package local_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aboveline/aboveline/services/courier"
	"github.com/aboveline/aboveline/services/local"
)

// certificate writes a self-signed certificate for 127.0.0.1 and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, about, about, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	n, err := local.StartNATS(t.Context(), local.NATSConfig{
		Dir: t.TempDir(), Listen: "127.0.0.1:0", TLSCert: cert, TLSKey: key, Log: quiet(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, n) })
	if !strings.HasPrefix(n.URL(), "tls://") {
		t.Errorf("URL is %s; want tls://", n.URL())
	}
	inside, err := n.Connect(t.Context(), "test")
	if err != nil {
		t.Fatalf("within the process: %v", err)
	}
	inside.Close()
	outside, err := courier.Connect(t.Context(), courier.ConnectConfig{
		URL: n.URL(), Credentials: n.ClientsCredentials(), RootCA: cert, Log: quiet(),
	})
	if err != nil {
		t.Fatalf("with the authority: %v", err)
	}
	if !outside.TLSRequired() {
		t.Error("the connection is not encrypted")
	}
	outside.Close()
	_, err = local.StartNATS(t.Context(), local.NATSConfig{Dir: t.TempDir(), TLSCert: cert, Log: quiet()})
	if err == nil {
		t.Error("a certificate without a key was accepted")
	}
}
