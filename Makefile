# make            set up .venv, run the sample end to end with its notebooks, say where the figures are
# make test       set up what is missing, pass the tests
# make lab        open JupyterLab on the notebooks
# make benchmark  DATA=DIR  measure validity on labelled data; rewrite the dated table
# make bench      measure speed against peers in one run
# make notebooks  run the sample, put the executed notebooks back into notebooks/, redraw docs/
# make test-browser  every notebook by Run All in a real JupyterLab in headless Chromium
# make fuzz       random and broken documents the whole way, from reading to the reader's page

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SAMPLE := data/sample/articles
OUT := out/sample

.PHONY: all test lab benchmark bench notebooks lint test-browser fuzz clean

all: $(READY)
	$(BIN)/python -m analysis run $(SAMPLE) --out $(OUT)

# torch goes first: that one version is the CPU build; asked for by another package it would be
# replaced by a build for graphics cards of several gigabytes.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed: apt-get install python3 python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,peers]'
	touch $(READY)

test: $(READY)
	$(BIN)/ruff format --check analysis tests
	$(BIN)/ruff check analysis tests
	$(BIN)/python -m pytest

lab: $(READY)
	$(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 notebooks

DATA ?=
benchmark: $(READY)
	@test -n "$(DATA)" || { echo "say where the labelled sets are: make benchmark DATA=DIR"; exit 2; }
	$(BIN)/python -m analysis benchmark --data "$(DATA)" --json data/benchmarks.json
	$(BIN)/python -m analysis.benchmarks.report

bench: $(READY)
	$(BIN)/python -m analysis bench --json data/bench.json
	$(BIN)/python -m analysis.benchmarks.report

notebooks: $(READY)
	$(BIN)/python -m analysis run $(SAMPLE) --out $(OUT) --keep-notebooks notebooks
	$(BIN)/python -c "from analysis.figures.gallery_page import write_gallery; write_gallery('$(OUT)/tables', 'docs')"

# Needs a browser from the system's packages, and says so where it cannot be had; makes the tables
# of the sample with word lists only where `make` has not made them.
test-browser: $(READY)
	command -v chromium >/dev/null || apt-get install -y chromium || echo "Chromium cannot be had"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,peers,browser]' || echo "Playwright cannot be had"
	BROWSER_TESTS=1 $(BIN)/python -m pytest tests/browser -rs

RUNS ?= 100000
fuzz: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,peers,fuzz]'
	PYTHONPATH=. $(BIN)/python tests/fuzz/many.py 0 $(RUNS)
	PYTHONPATH=. $(BIN)/python tests/fuzz/reading.py -atheris_runs=$(RUNS)

lint: $(READY)
	$(BIN)/ruff format analysis tests
	$(BIN)/ruff check --fix analysis tests

clean:
	rm -rf out build *.egg-info
