package identity

import "errors"

// Reason is why a token was refused: a stable word for logs and metrics.
type Reason string

// Reasons. The list only grows.
const (
	ReasonMissing     Reason = "missing"       // no bearer token in the request
	ReasonAmbiguous   Reason = "ambiguous"     // more than one Authorization header
	ReasonTooLarge    Reason = "too_large"     // longer than [MaxToken]
	ReasonMalformed   Reason = "malformed"     // not a compact JWT, or claims of the wrong JSON type
	ReasonAlgorithm   Reason = "algorithm"     // signed with an algorithm that is not accepted here
	ReasonSignature   Reason = "signature"     // not signed by a key that is accepted here
	ReasonIssuer      Reason = "issuer"        // made by another issuer
	ReasonAudience    Reason = "audience"      // made for another service
	ReasonExpired     Reason = "expired"       // past its expiry
	ReasonNotYetValid Reason = "not_yet_valid" // issued, or valid only, in the future
	ReasonClaim       Reason = "claim"         // a claim is missing or has a value that is not allowed
)

// details is what a caller is told. No text holds any part of a token.
var details = map[Reason]string{
	ReasonMissing:     "send the header Authorization: Bearer TOKEN",
	ReasonAmbiguous:   "there is more than one Authorization header; send one",
	ReasonTooLarge:    "the token is longer than 8192 bytes",
	ReasonMalformed:   "the token is not a JWT in compact form",
	ReasonAlgorithm:   "the token is signed with an algorithm that is not accepted here",
	ReasonSignature:   "the token is not signed by a key that is accepted here",
	ReasonIssuer:      "the token was made by another issuer",
	ReasonAudience:    "the token was made for another service",
	ReasonExpired:     "the token has expired; ask for a new one",
	ReasonNotYetValid: "the token is not valid yet; compare the clocks of this machine and of the issuer",
	ReasonClaim:       "a claim that is needed is missing or has a value that is not allowed",
}

// Error says that a token was refused. It keeps no part of the token.
type Error struct {
	Reason Reason
	// Claim is the name of the claim at fault ("sub", "role", "inspection", "exp",
	// "iat") for [ReasonClaim]; otherwise empty.
	Claim string
}

// Error implements error.
func (e *Error) Error() string { return "identity: token refused: " + e.Detail() }

// Detail is the text for the caller.
func (e *Error) Detail() string {
	if e.Claim != "" {
		return details[e.Reason] + ": " + e.Claim
	}
	return details[e.Reason]
}

// Code is the stable code of the problem that the caller gets: "token_missing",
// "token_expired" or "token_invalid".
func (e *Error) Code() string {
	switch e.Reason {
	case ReasonMissing:
		return "token_missing"
	case ReasonExpired:
		return "token_expired"
	default:
		return "token_invalid"
	}
}

// IsUnauthenticated reports whether err says that a token was missing or
// refused, for whatever reason (also that it has expired).
func IsUnauthenticated(err error) bool {
	_, ok := asError(err)
	return ok
}

// IsExpired reports whether err says that a token was good until it expired.
func IsExpired(err error) bool {
	e, ok := asError(err)
	return ok && e.Reason == ReasonExpired
}

func asError(err error) (*Error, bool) { return errors.AsType[*Error](err) }
