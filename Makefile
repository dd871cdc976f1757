# The house's commands. `make demo` and `make test` do all the set-up on a bare Debian 12, 13 or
# Ubuntu 24.04 with a Rust toolchain; `make ci` runs every gate in the order of CI.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup setup-scalus setup-clients demo build test torture bench ci gates fmt clippy doc architecture check-docs optional clean proof

# Passed through to the tests: where the reference data lies (tests say SKIPPED without it).
export HYDRA_REFERENCE ?=
ifeq ($(strip $(HYDRA_REFERENCE)),)
unexport HYDRA_REFERENCE
endif

CARGO ?= cargo

help: ## Lists the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Installs what is missing (C compiler) through apt-get
	@scripts/setup.sh

setup-scalus: setup ## Installs npm and the packages of the ledger's differential test
	@scripts/setup-npm.sh tests/differential/scalus "the ledger's differential test"

setup-clients: setup ## Installs npm and the clients of others that the node is tested with
	@scripts/setup-npm.sh tests/clients/npm "the test of clients that others wrote"

demo: setup ## Starts a head of one party, submits payments, runs until Ctrl-C
	@scripts/demo.sh

build: setup ## Builds the release binary, target/release/rydra
	$(CARGO) build --release --locked --bin rydra

test: setup-scalus setup-clients ## Runs all tests in their short form
	$(CARGO) test --workspace --locked

torture: setup-scalus setup-clients ## Runs all tests with long counts (RYDRA_TORTURE=1), optimised
	RYDRA_TORTURE=1 RYDRA_TORTURE_KILLS=300 RYDRA_TORTURE_FAILPOINTS=10 RYDRA_TORTURE_OPENINGS=10 \
		RYDRA_TORTURE_CUTS=300 RYDRA_TORTURE_CUTS_UNSYNCED=300 RYDRA_TORTURE_CUTS_OPENING=100 \
		PROTOCOL_SEEDS=5000 RYDRA_DIFFERENTIAL=20000 \
		$(CARGO) test --workspace --locked --release

bench: setup ## Runs the benchmarks
	$(CARGO) bench --workspace --locked

proof: setup ## Measures the figures of long runs against their limits (75 minutes)
	@scripts/proof.sh all

ci: gates test ## Runs every gate, then the tests

gates: setup fmt clippy doc architecture check-docs optional ## Runs every gate without the tests

fmt:
	$(CARGO) fmt --all --check

clippy:
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked --document-private-items

# --nocapture shows the listing of large files, which is a warning and no failure.
architecture:
	$(CARGO) test --package rydra-core --test architecture --locked -- --nocapture

check-docs: ## Holds the documents against the tree
	@scripts/check-docs.sh

optional:
	@scripts/optional-gates.sh

clean: ## Removes build output and the data of demo and proof
	$(CARGO) clean
	rm -rf demo-data proof-data
