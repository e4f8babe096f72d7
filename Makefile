# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.PHONY: help setup demo test check unit bench docs clean
.DEFAULT_GOAL := help

help: ## List these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## Make the environment .venv from the lock file (python3 and a package index are enough)
	@$(PYTHON) scripts/bootstrap.py

demo: setup ## Load a demonstration clinic on SQLite and serve it on 127.0.0.1 (PORT=8000)
	@$(BIN)/keel demo --port $(PORT)

test: setup ## Check style, types, layers and knowledge, then run all tests
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: setup ## Style, types, import layers, knowledge files
	$(BIN)/ruff format --check --quiet src tests benchmarks scripts
	$(BIN)/ruff check --quiet src tests benchmarks scripts
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/keel knowledge check

unit: setup ## The quick tests only
	@$(BIN)/python -m pytest tests/unit tests/spec tests/property -m "not slow" -q

bench: setup ## Benchmarks: a stated workload and its figures, never part of the tests
	@$(BIN)/python -m benchmarks

docs: setup ## Regenerate the reference pages that are made from the code and the knowledge
	@$(BIN)/python scripts/build_docs.py

clean: ## Remove the environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
