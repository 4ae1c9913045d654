// Package codectest makes events for tests.
package codectest
