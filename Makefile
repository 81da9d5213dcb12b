# Everything a newcomer needs: `make demo` to see it, `make test` to trust it.
# Both set up all that is missing on a fresh machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml js/package.json js/package-lock.json
TYPESCRIPT := $(shell find js/src js/style js/schema -type f 2>/dev/null)

.PHONY: demo test test-python test-js test-browser lint format js protocol clean help

help:
	@echo "make demo          JupyterLab with the sample project, ready to analyse"
	@echo "make test          lint, types, Python, JavaScript and browser tests"
	@echo "make test-python   only the Python tests; test-js, test-browser likewise"
	@echo "make lint          ruff, mypy, biome and tsc; make format mends what can be mended"
	@echo "make js            build the JavaScript again after a change"
	@echo "make protocol      write the TypeScript and JSON Schema of the messages again"
	@echo "make clean         remove what was built"

demo: $(VENV)/installed-demo
	$(BIN)/jupyter realtime demo

test: $(VENV)/installed-dev js/node_modules/.package-lock.json
	$(BIN)/python tests/run_all.py

test-python: $(VENV)/installed-dev
	$(BIN)/python tests/run_all.py python

test-js: js/node_modules/.package-lock.json $(VENV)/installed-dev
	$(BIN)/python tests/run_all.py js

test-browser: $(VENV)/installed-dev
	$(BIN)/python tests/run_all.py browser

lint: $(VENV)/installed-dev js/node_modules/.package-lock.json
	$(BIN)/python tests/run_all.py lint

format: $(VENV)/installed-dev js/node_modules/.package-lock.json
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd js && npm run format

js: js/node_modules/.package-lock.json
	cd js && npm run build

protocol: $(VENV)/installed-dev js/node_modules/.package-lock.json
	cd js && PATH="$(abspath $(BIN)):$$PATH" npm run protocol

# An editable install builds the JavaScript too; a built tree is not built again, so a change of the
# TypeScript makes us build it here.
$(VENV)/installed-demo: $(VENV)/bin/python $(SOURCES) $(VENV)/built-js
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[demo]"
	touch $@

$(VENV)/installed-dev: $(VENV)/bin/python $(SOURCES) $(VENV)/built-js
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(VENV)/built-js: $(VENV)/bin/python js/package.json js/package-lock.json $(TYPESCRIPT)
	@command -v npm >/dev/null || { echo "Node.js (>= 20) with npm is needed to build the JavaScript."; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "jupyter-builder>=1.3,<2"
	cd js && npm ci --no-audit --no-fund --loglevel=error
	cd js && PATH="$(abspath $(BIN)):$$PATH" npm run build
	touch $@

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

js/node_modules/.package-lock.json: js/package-lock.json
	cd js && npm ci --no-audit --no-fund --loglevel=error

clean:
	rm -rf $(VENV) js/node_modules js/lib jupyter_realtime/labextension jupyter_realtime/widgets/static dist build
