// Package importer turns a data set directory into entries and sends them through
// the front door, never around it.
//
// The directory holds framework.yaml and cases.csv and, where there are any,
// judgements.csv, interviews.csv, factors.csv, offender_survey.csv,
// victim_contact.csv and victim_questionnaire.csv; the layouts are in the
// reference data set's README.
//
// Ids of entries are derived from what the rows say, so an import can be
// interrupted and run again, by anyone, without a double count; a row that was
// changed in between is another entry and meets a conflict. Bad rows are reported
// by file, line and column and cost no good row its place.
package importer
