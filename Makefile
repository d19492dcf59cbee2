# Two commands do all the set-up: `make run` and `make test`. Needs Python 3.11 or newer, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS ?= tests
# The suite runs in a process for each processor, each with servers of its own.
SPREAD ?= --numprocesses=logical --maxprocesses=4 --dist=worksteal

.PHONY: run demo test check lock setup clean bench

run: $(VENV)/.ready-run            ## set everything up and start the service
	$(BIN)/aggregator run

demo: $(VENV)/.ready-run           ## the same against a small invented newsroom on this machine
	$(BIN)/aggregator demo

test: $(VENV)/.ready-dev           ## the whole suite; starts the servers that it needs
	$(BIN)/python -m pytest $(SPREAD) --cov --cov-report=term:skip-covered --cov-fail-under=70 $(TESTS)

check: $(VENV)/.ready-dev          ## formatting, lint, types and the directions of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-dev          ## each stage beside a peer or a physical limit; some fifteen minutes
	$(BIN)/python bench/line.py
	$(BIN)/python -m bench.extraction
	$(BIN)/python bench/polling.py
	$(BIN)/python bench/scheduling.py

lock: $(VENV)/.ready-dev           ## write requirements.lock and requirements-dev.lock anew
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock

setup: $(VENV)/.ready-run

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Aggregator needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.11 run"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-run: requirements.lock pyproject.toml | $(BIN)/python
	@if [ -e $(VENV)/.ready-dev ]; then touch $@; else \
	  echo "setting up $(VENV) (once) ..."; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock \
	  && $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --editable . && touch $@; fi

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "setting up $(VENV) for development (once) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --editable .
	@touch $@

clean:                             ## everything but the data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .coverage*
