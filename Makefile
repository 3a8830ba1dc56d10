# Everything a person or CI runs, by name. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
WORKERS ?= auto
PROTOS := $(shell find protos/guantong -name '*.proto')

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev browser-setup demo test screens lint types proto bench soak reliability fuzz up down clean lock

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

$(VENV)/.runtime: requirements/runtime.lock requirements/fonts.lock pyproject.toml
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/fonts.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

setup: $(VENV)/.runtime ## Make the virtual environment with pinned, hash-checked dependencies
setup-dev: $(VENV)/.dev ## The same, with the tools that change and test the project

demo: setup ## Run the fictional county: ten nodes, one bus, one round (CHECK=1: check, stop and exit)
	@$(PY) -m deploy.demo $(if $(CHECK),--check,)

browser-setup: ## Put Debian's Chromium and Chinese fonts on this machine where they are missing (root or sudo)
	@.ci/browser

test: setup-dev browser-setup ## Run the whole test suite
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

screens: setup-dev browser-setup ## Renew the pictures of the README
	@$(PY) -m tests.browser.screens

lint: setup-dev ## Style, import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache

types: setup-dev ## mypy, strict
	@$(BIN)/mypy

proto: setup-dev ## Generate protos/gen from protos/guantong
	@$(PY) -m protos.generate

bench: setup-dev ## Measure: medians, cores printed, written to build/bench.json
	@$(PY) -m tests.bench

fuzz: setup-dev ## Look for inputs that make a reader fail, SECONDS=60 in all (TARGET= one reader); findings go to tests/corpus
	@$(PY) -m tests.fuzz --seconds $(or $(SECONDS),60) $(if $(TARGET),--target $(TARGET),)

reliability: setup-dev ## Strike real processes with every fault, be away up to ten minutes; 20 minutes (RECORD=1: into docs)
	@$(PY) -m tests.faults $(if $(RECORD),--record,) $(if $(RENDER),--render,) $(if $(ONLY),--only '$(ONLY)',)

soak: setup-dev ## Simulate counties in every misfortune until interrupted, or for SECONDS=; each finding tells how to replay it
	@$(PY) -m tests.simulation --processes $(shell nproc) $(if $(SECONDS),--seconds $(SECONDS),)

up: setup ## Start the county in build/county (see `guantong init`)
	@$(BIN)/guantong up build/county

down: setup ## Stop the county in build/county
	@$(BIN)/guantong down build/county

lock: ## Resolve requirements/*.in into lock files with hashes (needs uv on the PATH)
	@for set in runtime dev; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  requirements/$$set.in --output-file requirements/$$set.lock; done

clean: ## Remove the virtual environment and everything built
	@rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
