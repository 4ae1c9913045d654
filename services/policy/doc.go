// Package policy decides what an identity may do.
//
// The rules are Cedar policies. Their reviewed sources are deploy/policies; the
// copies beside this file are made by `go generate` and built into the binary,
// and a test fails when they differ. [Load] takes policies from another place;
// the schema is always the one built in, because it describes the entities that
// [Set.Decide] makes.
//
// Everything is refused that no policy permits, and a policy that forbids
// outweighs all that permit. A decision also fails closed: where a policy cannot
// be evaluated, where the request lacks what its action is about, and where an
// action is unknown, the answer is no.
//
// Two roles count. The role of the token says what it was made for. The role of a
// member says what team events made the person in the inspection asked about; it
// counts for that inspection only. The caller looks it up: this package reads no
// events, keeps no state and does no I/O after loading. A [Set] never changes and
// is safe for concurrent use.
package policy

//go:generate sh -c "LC_ALL=C; export LC_ALL; cat ../../deploy/policies/*.cedar > policies.cedar"
//go:generate cp ../../deploy/policies/schema.cedarschema schema.cedarschema
