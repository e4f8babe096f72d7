# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
# Compiled files are kept: without them each process that a test starts compiles Keel and its libraries anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help setup demo test check types style layers knowledge unit coverage bench soak simulate sbom docs clean
.DEFAULT_GOAL := help

help: ## List these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: ## Make the environment .venv from the lock file (python3 and a package index are enough)
	@$(PYTHON) scripts/bootstrap.py

demo: setup ## Load a demonstration clinic on SQLite and serve it on 127.0.0.1 (PORT=8000)
	@$(BIN)/keel demo --port $(PORT)

test: setup ## Check style, types, layers and knowledge, then run all tests
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: setup ## Style, types, import layers, knowledge files
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types style layers knowledge

types:
	$(BIN)/mypy

style:
	$(BIN)/ruff format --check --quiet src tests benchmarks scripts
	$(BIN)/ruff check --quiet src tests benchmarks scripts

layers:
	$(BIN)/lint-imports --no-cache

knowledge:
	$(BIN)/keel knowledge check

unit: setup ## The quick tests only, with few examples of each property
	@QUICK_TESTS=1 $(BIN)/python -m pytest tests/unit tests/spec tests/property -m "not slow" -q

coverage: setup ## Branch coverage of the pure packages, by the tests without a browser
	@QUICK_TESTS=1 $(BIN)/python -m pytest tests/unit tests/spec tests/property tests/knowledge tests/integration/cli -q -n 2 --dist worksteal --cov --cov-report=term

bench: setup ## Benchmarks: a stated workload and its figures, never part of the tests
	@$(BIN)/python -m benchmarks

soak: setup ## Long runs under load, with their figures beside the budgets (RUN=overload for one of them)
	@cd tests && ../$(BIN)/python -m soak $(RUN)

simulate: setup ## Days of a clinic from a seed, every invariant after every step (SEED=1 DAYS=3 ROOMS=2)
	@cd tests && ../$(BIN)/python -m simulation --seed $(or $(SEED),1) --days $(or $(DAYS),3) --rooms $(or $(ROOMS),2)

mutants: setup ## Mutation tests of the rules, a seeded sample (MUTANTS=1000 SEED=1 MINUTES=…); hours, never part of the tests
	@$(BIN)/python scripts/mutants.py --mutants $(or $(MUTANTS),1000) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),inf)

sbom: setup ## What an installation brings along: NOTICE for people, dist/keel.cdx.json for programs (CycloneDX)
	@$(BIN)/python scripts/build_notice.py
	@$(BIN)/python scripts/build_notice.py --sbom dist/keel.cdx.json

docs: setup ## Regenerate the reference pages that are made from the code and the knowledge
	@$(BIN)/python scripts/build_docs.py

clean: ## Remove the environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
