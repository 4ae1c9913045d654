// Package demo shows the main job on the reference inspection, from nothing: a
// private stack in a temporary directory, four teams that submit over NATS at
// once, the figures beside the published ones, and one judgement that is revised
// while somebody else holds a stale copy.
//
// It uses the same doors as everybody else. Which scores are right comes from the
// framework file (published_score), and which judgement is revised is found by
// asking the scores' own code what would move most, so nothing here knows the
// answers. Everything it starts is stopped and removed when Run returns.
package demo
