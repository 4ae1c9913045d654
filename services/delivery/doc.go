// Package delivery is what travels between intake and the recorder: a submission
// together with who sent it, and the receipts that come back.
//
// A delivery is one message on SUBMISSIONS. It is decoded strictly on the other
// side; a message that is no delivery goes to the parked queue. Receipts are
// published on RECEIPTS under the subject that the delivery names: the stream
// keeps them for a week, so a caller who stopped waiting can fetch them later,
// and a caller who still waits gets the same message at once.
//
// Order: deliveries of one stream subject reach a recorder in the order in which
// the stream took them. Idempotency: a delivery may arrive more than once; the
// ledger makes the second one a row of duplicates.
package delivery
