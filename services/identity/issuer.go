package identity

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events"
)

const (
	// Audience is the audience of every token of the local issuer.
	Audience = "aboveline"
	// MaxTTL is the longest life of a token.
	MaxTTL = 366 * 24 * time.Hour

	issuerPrefix = "urn:aboveline:issuer:"
)

// Issuer mints tokens for one machine with a key that never leaves it.
//
// The algorithm is ES256: every OIDC library verifies it, and RFC 9864 retires
// the name "EdDSA".
type Issuer struct {
	name   string
	key    *ecdsa.PrivateKey
	signer jose.Signer
	now    func() time.Time
}

// OpenIssuer reads the issuer's key from the file issuer-key.pem in dir, and
// makes the file (mode 0600) when there is none. Dir must exist. It fails when
// others than the owner have access to the file.
func OpenIssuer(dir string) (*Issuer, error) {
	key, err := openKey(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, fmt.Errorf("identity: issuer key: %w", err)
	}
	jwk := jose.JSONWebKey{Key: key.Public(), Algorithm: oidc.ES256, Use: "sig"}
	sum, err := jwk.Thumbprint(crypto.SHA256) // RFC 7638
	if err != nil {
		return nil, fmt.Errorf("identity: issuer key: %w", err)
	}
	kid := base64.RawURLEncoding.EncodeToString(sum)
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: kid}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("identity: issuer key: %w", err)
	}
	return &Issuer{name: issuerPrefix + kid, key: key, signer: signer, now: time.Now}, nil
}

// Name is the issuer's name, the claim "iss": "urn:aboveline:issuer:" and the
// RFC 7638 thumbprint of its key. A token of another machine is thereby told
// apart from a forged one.
func (i *Issuer) Name() string { return i.name }

// claims are those of a token beside the registered ones.
type claims struct {
	Role       events.Role         `json:"role"`
	Inspection events.InspectionID `json:"inspection,omitempty"`
}

// Mint makes a token that says id and ends after ttl, which is more than 0 and at
// most [MaxTTL]; id.Expires is not looked at. It fails when id has no subject, an
// unknown role, or an id that is too long or not plain text.
func (i *Issuer) Mint(id Identity, ttl time.Duration) (string, error) {
	if err := id.check(); err != nil {
		return "", fmt.Errorf("identity: mint token: %w", err)
	}
	if ttl <= 0 || ttl > MaxTTL {
		return "", fmt.Errorf("identity: mint token: life is %v, want more than 0 and at most %v", ttl, MaxTTL)
	}
	jti, err := uuid.NewRandom()
	if err != nil {
		return "", fmt.Errorf("identity: mint token: %w", err)
	}
	now := i.now()
	token, err := jwt.Signed(i.signer).Claims(jwt.Claims{
		Issuer: i.name, Subject: string(id.Subject), Audience: jwt.Audience{Audience},
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(ttl)), ID: jti.String(),
	}).Claims(claims{Role: id.Role, Inspection: id.Inspection}).Serialize()
	if err != nil {
		return "", fmt.Errorf("identity: mint token: %w", err)
	}
	return token, nil
}

// Verifier accepts the tokens of this issuer and no others.
func (i *Issuer) Verifier() (*Verifier, error) {
	return NewVerifier(Config{
		Issuer: i.name, Audience: Audience,
		Keys: &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{i.key.Public()}},
		Now:  i.now,
	})
}
