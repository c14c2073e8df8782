# Every target makes its own virtual environment in .venv: Python 3.11 (or newer) and make are all it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := runs/quickstart
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

# Synthetic street cameras, the tiny detector over them, its mAP, and pictures of what it saw.
quickstart: $(VENV)/.installed
	rm -rf $(RUN)
	$(BIN)/turbo data synth $(RUN)/traffic --cameras 4 --frames 50 --seed 7
	$(BIN)/turbo detect --detector tiny $(RUN)/traffic --out $(RUN)/boxes.json
	$(BIN)/turbo data view $(RUN)/traffic --detections $(RUN)/boxes.json --out $(RUN)/boxes.png
	@echo "Look at $(RUN)/boxes.png"

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
