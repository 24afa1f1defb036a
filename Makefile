# `make run` and `make test` do all the set-up on a fresh Debian machine with Rust.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
DATA ?= data/demo
.PHONY: run test bench fuzz check up down assets setup-run setup-test clean help

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

run: setup-run ## build and start the demonstration; prints its address and sign-ins
	@echo "building (about fifteen minutes the first time on two cores)"
	cargo build --bin hedgerow
	@echo "starting the demonstration in $(DATA)"
	exec ./target/debug/hedgerow demo --data-dir $(DATA)

test: setup-test ## every suite, on SQLite and on a private PostgreSQL and Redis, and the pages in Chromium
	deploy/test.sh

bench: setup-test ## what it takes: ready, resident, pages, a case opening against its own SQL bare, filter logs, figures of an authority (release build)
	trap 'tests/servers stop' EXIT; cargo bench --bench platform

fuzz: ## a million damaged lines through every parser of filter logs (release build; takes a while)
	PARSER_FUZZ=$${PARSER_FUZZ:-1000000} cargo test --release -p filtering-ingest --lib parser_fuzz

check: ## lints and formatting
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets -- -D warnings

up: ## the distributed form in containers
	COMMIT=$$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown) docker compose up --build --wait

down: ## end it
	docker compose down

assets: ## fetch the pinned front-end packages
	gateway/assets/fetch.sh

setup-run:
	deploy/setup.sh run

setup-test:
	deploy/setup.sh test

clean: ## remove what was built and the demonstration's data
	cargo clean
	rm -rf data .assets
