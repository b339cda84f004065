# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint test-browser pages clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

setup: $(VENV)/.installed  ## environment and install, nothing else

demo: $(VENV)/.installed  ## the worked example through every stage; maps/index.html ready to open
	@$(BIN)/metanarrative run
	@echo "open maps/index.html"
	@echo "the command is $(BIN)/metanarrative; to have it on the path of this shell: . $(BIN)/activate"

test: $(VENV)/.installed-dev lint  ## the whole test suite, with linter, types and documentation checks
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test-browser: $(VENV)/.installed-dev  ## install Chromium where it is missing (Debian), then test the pages in it
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }
	$(BIN)/python -m pytest -m browser

pages: $(VENV)/.installed-dev  ## ten views of the example and of 10,000 made works, checked in a browser; the README's pictures
	$(BIN)/python benchmarks/pages.py

clean:  ## remove what can be rebuilt; decisions and inputs stay
	rm -rf .metanarrative maps/*.html maps/*.json maps/*.md.tmp build dist *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; try: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

# the constraints pin every version, so that two installs agree; torch comes in the same call
# as the packages that need it, or a build for graphics cards would be fetched
$(VENV)/.installed: setup.cfg constraints.txt pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[models]'
	@touch $@

$(VENV)/.installed-dev: setup.cfg constraints.txt pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[models,dev]'
	@touch $@ $(VENV)/.installed
