// Package identity says who is calling: it mints the bearer tokens of one
// machine, verifies tokens, and puts the [Identity] of a request into its
// context.
//
// A token is a compact JWT signed with a private key. There is no password, no
// token that is accepted by default and no way to be someone without one: what
// [Authenticate] lets through has a verified subject and a known role.
//
// What is checked on every token, in this order: its size, its form (compact,
// three parts), its algorithm (pinned in [Config], never taken from the token),
// its signature, issuer, audience, expiry, "not before" and "issued at" (with a
// small allowance for clocks), and that subject and role are there and valid. A
// missing or unknown value refuses the token; none has a default.
//
// A refused token gives an [*Error], see [IsUnauthenticated] and [IsExpired]. Its
// text holds no part of the token, so it may be logged and shown.
//
// An identity says nothing about what the caller may do. That is decided by
// services/policy from the role here and the roles that team events give.
//
// [Issuer] and [Verifier] are safe for concurrent use and own no goroutines;
// there is nothing to close. The issuer's key and the administrator's token are
// files of mode 0600, complete and on disk before the call that makes them
// returns; two processes that start at once end up with the same key.
package identity
