# Each target makes .venv if it is missing. PYTHON chooses the interpreter it is made from.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: app lab test lint types bench clean

.venv/.app: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.test: .venv/.app
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

.venv/.bench: .venv/.test
	$(BIN)/python -m pip install --quiet --editable ".[test,bench]"
	touch $@

app: .venv/.app          ## the dashboard at http://127.0.0.1:8866
	$(BIN)/workbench serve

lab: .venv/.app          ## JupyterLab on the lessons
	$(BIN)/workbench lab

test: .venv/.test        ## every test; the browser ones need Chromium on the PATH
	$(BIN)/python -m pytest

lint: .venv/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.bench      ## the figures that README and docs quote
	$(BIN)/python benchmarks/segmenter.py
	$(BIN)/python benchmarks/threshold_drag.py
	$(BIN)/python benchmarks/scores.py

clean:
	rm -rf .venv build dist
