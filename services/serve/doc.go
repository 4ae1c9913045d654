// Package serve puts the services together: everything on one machine, with NATS
// embedded and a private Postgres, or on existing servers.
//
// Start goes from the bottom up (database, messaging, recorder, projector, doors)
// and stop from the top down: the doors close first, what was taken in is
// recorded, and the servers stop last. The ready file is written when everything
// answers, and removed at the stop.
package serve
