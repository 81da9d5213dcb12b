# Everything a newcomer needs: `make demo` to see it, `make test` to trust it.
# Both set up all that is missing on a fresh machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILDER := $(VENV)/js-builder
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
TYPESCRIPT := $(shell find js/src js/style js/schema -type f 2>/dev/null)

MAKEFLAGS += --jobs=2
.SECONDARY:

.PHONY: demo test test-python test-js test-browser soak lint format js protocol bench bench-anchors clean help

help:
	@echo "make demo          JupyterLab with the sample project, ready to analyse"
	@echo "make test          lint, types, Python, JavaScript and browser tests"
	@echo "make test-python   only the Python tests; test-js, test-browser likewise"
	@echo "make soak          a million events over ten thousand faults, 200,000 bad frames, fifty killed servers, a hundred cancelled runs"
	@echo "make lint          ruff, mypy, biome and tsc; make format mends what can be mended"
	@echo "make js            build the JavaScript again after a change"
	@echo "make protocol      write what is made from the messages and routes again (TypeScript, AsyncAPI, OpenAPI)"
	@echo "make bench         measure beside others, write docs/benchmarks.md; QUICK=1 only shows it"
	@echo "make bench-anchors how well threads find their code in real histories of notebooks; CORPUS=folder of clones"
	@echo "make clean         remove what was built"

demo: $(VENV)/installed-demo
	$(BIN)/jupyter realtime demo

test: $(VENV)/installed-dev $(VENV)/collaboration js/node_modules/.package-lock.json
	$(BIN)/python tests/run_all.py

test-python: $(VENV)/installed-dev
	$(BIN)/python tests/run_all.py python

test-js: js/node_modules/.package-lock.json $(VENV)/installed-dev
	$(BIN)/python tests/run_all.py js

test-browser: $(VENV)/installed-dev $(VENV)/collaboration
	$(BIN)/python tests/run_all.py browser

soak: $(VENV)/installed-dev
	$(BIN)/python -m tests.faults.soak --events 1000000 --faults 10000 --jobs 2
	KILLS=50 FUZZ_FRAMES=200000 CANCELS=100 $(BIN)/python -m pytest -q \
		tests/fuzz tests/server/test_kill_under_load.py tests/analysis/test_cancel.py

lint: $(VENV)/installed-dev js/node_modules/.package-lock.json
	$(BIN)/python tests/run_all.py lint

format: $(VENV)/installed-dev js/node_modules/.package-lock.json
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd js && npm run format

js: $(VENV)/built-js
	$(PIP) --no-deps --editable .

protocol: $(VENV)/installed-dev js/node_modules/.package-lock.json
	cd js && PATH="$(abspath $(BIN)):$$PATH" npm run protocol
	$(BIN)/python -m jupyter_realtime.core.asyncapi
	$(BIN)/python -m jupyter_realtime.server.openapi

bench: $(VENV)/installed-bench
	$(BIN)/python -m tests.bench all $(if $(QUICK),--quick)

bench-anchors: $(VENV)/installed-bench
	$(BIN)/python -m tests.bench anchors $(if $(QUICK),--quick) $(if $(CORPUS),--corpus $(CORPUS))

# The environment's packages and the JavaScript are fetched side by side; then the package itself is put
# in, with what was built. (An editable install by hand does all of it, one after the other.)
$(VENV)/installed-%: $(VENV)/dependencies-% $(VENV)/built-js
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/dependencies-%: $(VENV)/bin/python pyproject.toml
	mkdir -p jupyter_realtime/labextension jupyter_realtime/server/static jupyter_realtime/widgets/static
	HATCH_BUILD_NO_HOOKS=true $(PIP) --editable ".[$*]"
	touch $@

$(VENV)/collaboration: tests/browser/collaboration.txt | $(VENV)/bin/python
	$(PIP) --no-deps --upgrade --target $@ --requirement $<
	touch $@

$(VENV)/built-js: $(VENV)/builder js/node_modules/.package-lock.json $(TYPESCRIPT)
	cd js && PATH="$(abspath $(BUILDER)/bin):$$PATH" npm run --silent build
	touch $@

# The builder has an environment of its own, so that it is not in the way of the other installation.
$(VENV)/builder: $(VENV)/bin/python
	$(PYTHON) -m venv $(BUILDER)
	$(BUILDER)/bin/python -m pip install --quiet --disable-pip-version-check "jupyter-builder>=1.3,<2"
	touch $@

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

js/node_modules/.package-lock.json: js/package.json js/package-lock.json
	@command -v npm >/dev/null || { echo "Node.js (>= 20) with npm is needed to build the JavaScript."; exit 1; }
	cd js && npm ci --no-audit --no-fund --loglevel=error

clean:
	rm -rf $(VENV) js/node_modules js/lib jupyter_realtime/labextension jupyter_realtime/server/static \
		jupyter_realtime/widgets/static dist build
