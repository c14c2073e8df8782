# Every target makes its own virtual environment in .venv: Python 3.11 (or newer) and make are all it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := runs/quickstart$(if $(FAST),-fast)
# Two OpenMP threads in one process stall now and then; one is steady.
export OMP_NUM_THREADS ?= 1

.PHONY: test quickstart lint types docs package clean

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

# Every stage once, from made-up cameras to a report: 9 minutes; with FAST=1, without training, 2.
quickstart: $(VENV)/.installed
	$(BIN)/turbo quickstart --out $(RUN) $(if $(FAST),--fast)

# The commands' pages from the code, and the site of docs/ in site/; nothing is fetched.
docs: $(VENV)/.installed
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# Wheel and sdist, and the wheel at work in an empty environment outside the checkout.
package: $(VENV)/.installed
	rm -rf dist
	$(BIN)/python -m build --outdir dist .
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(PYTHON) -m venv "$$folder/venv" && \
	"$$folder/venv/bin/pip" install --quiet dist/*.whl && \
	cd "$$folder" && \
	venv/bin/turbo doctor && \
	venv/bin/turbo data synth traffic --cameras 2 --frames 5

clean:
	rm -rf $(VENV) dist runs site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
