// Package tables writes what the API answers as tables for people. Figures come
// as they are; nothing is computed here.
package tables
