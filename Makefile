# Every target makes its own virtual environment in .venv: Python 3.11 (or newer) and make are all it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two OpenMP threads in one process stall now and then; one is steady.
export OMP_NUM_THREADS ?= 1

.PHONY: test quickstart lint types clean

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.installed
	$(BIN)/mypy

test: $(VENV)/.installed
	$(BIN)/pytest

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
