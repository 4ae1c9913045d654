# Everything here also runs in .ci/run, so that no target goes stale.
# `make` alone prints what there is. Works with GNU make 3.81 and later.

GO      ?= go
BIN     := $(CURDIR)/.bin
MODULES := events projections services
SQLC_CONFIGS = $(sort $(shell find $(MODULES) -name sqlc.yaml))
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS := -s -w -X github.com/aboveline/aboveline/services/cli.Version=$(VERSION)

# The benchmark's arguments, e.g. make bench BENCH="-run rebuild-scores".
BENCH   ?=
# The arguments of make run, e.g. make run SERVE="--listen 127.0.0.1:8080".
SERVE   ?=
# The arguments of make test, e.g. make test TEST="-race" or TEST="-run Fold".
TEST    ?=

# Tools: name, package, version. Built from source, once for each version.
GOFUMPT_VERSION       := v0.12.0
GOLANGCI_LINT_VERSION := v2.15.0
SQLC_VERSION          := v1.31.1
DEADCODE_VERSION      := v0.52.0
GOVULNCHECK_VERSION   := v1.9.0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Some parts of check write files that others read.
.NOTPARALLEL:
.SUFFIXES:

##@ Everyday

.PHONY: help
help: ## print this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo

.PHONY: build
build: ## build the one binary: bin/aboveline
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/aboveline ./services/cmd/aboveline

.PHONY: demo
demo: postgres build ## import the 2013 Hampshire inspection into a private stack and print its five scores
	bin/aboveline demo

.PHONY: run
run: postgres build ## serve everything on this machine, with its data in .data
	bin/aboveline serve --data-dir .data $(SERVE)

.PHONY: test
test: postgres ## run every test of the three modules (real Postgres, real NATS, nothing skipped)
	$(GO) test -timeout 8m $(TEST) work

.PHONY: soak
soak: postgres ## break a running server for minutes (kills, cuts, full disks) and look at what is left
	ABOVELINE_SOAK=1 $(GO) test -count=1 -timeout 10m -v ./services/faults

.PHONY: check
check: fmt-check vet floors lint generated tidy-check deadcode ## everything CI wants besides the tests

.PHONY: bench
bench: postgres ## measure, print a table, write .bench/latest.json
	$(GO) run ./services/bench $(BENCH)

.PHONY: generate
generate: $(BIN)/.sqlc-$(SQLC_VERSION) ## regenerate what is generated and committed: schemas, asyncapi.yaml, sqlc
	$(GO) generate work
	@set -e; for config in $(SQLC_CONFIGS); do \
	  echo "sqlc generate -f $$config"; $(BIN)/sqlc generate -f $$config; done

.PHONY: fmt
fmt: $(BIN)/.gofumpt-$(GOFUMPT_VERSION) ## format every Go file
	$(BIN)/gofumpt -l -w $(MODULES)

.PHONY: clean
clean: ## remove what was built, measured and served: bin, .bench, .data
	rm -rf bin .bench .data

.PHONY: distclean
distclean: clean ## remove the tools as well: .bin
	rm -rf $(BIN)

##@ The parts of make check

.PHONY: fmt-check
fmt-check: $(BIN)/.gofumpt-$(GOFUMPT_VERSION) ## fail with the list of files that gofumpt would change
	@unformatted=$$($(BIN)/gofumpt -l $(MODULES)); test -z "$$unformatted" || \
	  { printf 'not formatted (make fmt does it):\n%s\n' "$$unformatted" >&2; exit 1; }

.PHONY: vet
vet: ## go vet over the workspace
	$(GO) vet work

# -count=1, because the tests read files of other modules, which the test cache
# does not watch.
.PHONY: floors
floors: ## the rules of the tree: who may import whom, and why
	$(GO) test -count=1 ./services/architecture

.PHONY: lint
lint: $(BIN)/.golangci-lint-$(GOLANGCI_LINT_VERSION) ## golangci-lint, module by module
	@$(BIN)/golangci-lint config verify
	@failed=; for module in $(MODULES); do echo "golangci-lint run ($$module)"; \
	  (cd $$module && $(BIN)/golangci-lint run ./...) || failed="$$failed $$module"; done; \
	  test -z "$$failed" || { echo "findings in:$$failed" >&2; exit 1; }

.PHONY: generated
generated: $(BIN)/.sqlc-$(SQLC_VERSION) ## fail if make generate would change a file
	@set -e; for config in $(SQLC_CONFIGS); do \
	  echo "sqlc diff -f $$config"; $(BIN)/sqlc diff -f $$config; done
	@.ci/unchanged-by $(MAKE) --no-print-directory generate

# Tidying does not know the workspace, so each module requires its siblings at
# v0.0.0 with a relative replace.
.PHONY: tidy-check
tidy-check: ## fail if go.mod or go.sum are not tidy, or a module is not what its checksum says
	@set -e; for module in $(MODULES); do echo "go mod tidy -diff ($$module)"; \
	  (cd $$module && GOWORK=off $(GO) mod tidy -diff); done
	$(GO) mod verify

# A report: a function that no binary and no test reaches yet may be the public
# face of a package.
.PHONY: deadcode
deadcode: $(BIN)/.deadcode-$(DEADCODE_VERSION) ## list functions that neither a binary nor a test reaches
	$(BIN)/deadcode -test work

##@ Now and then

.PHONY: postgres
postgres: ## find PostgreSQL's server binaries, or install them with the platform's package manager
	@deploy/scripts/postgres

.PHONY: tools
tools: $(BIN)/.gofumpt-$(GOFUMPT_VERSION) $(BIN)/.golangci-lint-$(GOLANGCI_LINT_VERSION) $(BIN)/.sqlc-$(SQLC_VERSION) $(BIN)/.deadcode-$(DEADCODE_VERSION) ## build the pinned tools into .bin

# Not part of check: it asks https://vuln.go.dev, which not every build machine reaches.
.PHONY: vulncheck
vulncheck: $(BIN)/.govulncheck-$(GOVULNCHECK_VERSION) ## look for known vulnerabilities (needs the network)
	@set -e; for module in $(MODULES); do echo "govulncheck ($$module)"; \
	  (cd $$module && $(BIN)/govulncheck ./...); done

# $(call tool,NAME,PACKAGE,VERSION): .bin/.NAME-VERSION says that .bin/NAME is of
# that version. Another version, or a missing binary, is built; a binary that
# already is of that version is kept. Without cgo: any machine with Go can do it,
# and sqlc builds in a third of the time.
define tool
$(BIN)/.$(1)-$(3): $(if $(wildcard $(BIN)/$(1)),,FORCE)
	@mkdir -p $(BIN) && rm -f $(BIN)/.$(1)-*
	@if $(GO) version -m $(BIN)/$(1) 2>/dev/null | awk '$$$$1 == "mod" { print $$$$3 }' | grep -qx '$(3)'; then :; \
	else echo "building $(1) $(3) into .bin"; \
	  GOBIN=$(BIN) GOWORK=off GOFLAGS= CGO_ENABLED=0 $(GO) install $(2)@$(3); fi
	@touch $$@
endef

.PHONY: FORCE
FORCE:

$(eval $(call tool,gofumpt,mvdan.cc/gofumpt,$(GOFUMPT_VERSION)))
$(eval $(call tool,golangci-lint,github.com/golangci/golangci-lint/v2/cmd/golangci-lint,$(GOLANGCI_LINT_VERSION)))
$(eval $(call tool,sqlc,github.com/sqlc-dev/sqlc/cmd/sqlc,$(SQLC_VERSION)))
$(eval $(call tool,deadcode,golang.org/x/tools/cmd/deadcode,$(DEADCODE_VERSION)))
$(eval $(call tool,govulncheck,golang.org/x/vuln/cmd/govulncheck,$(GOVULNCHECK_VERSION)))
