// Package queries holds the static SQL of the ledger, made by sqlc from
// queries.sql and checked against the migrations. Only the ledger uses it.
package queries
