# Everything starts here. `make demo` needs Python 3.11 or newer and nothing else;
# the other targets make a virtual environment in .venv on their first run.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BUILT  := $(VENV)/.built
SOURCE := setup.py $(shell find src -name '*.py' -o -name '*.pyx' -o -name '*.pxd')
ARGS   ?=
PLAIN  ?= # what the plain form alone is given: .ci/run leaves out there what looks at no form

.PHONY: help demo test check docs bench soak sanitize conformance clients fuzz clean

help:
	@echo 'make demo         run the example programs, show and check what they say'
	@echo 'make test         run the tests          (ARGS="-k req" passes options to pytest)'
	@echo 'make check        format, lint, types, import layers, spelling'
	@echo 'make docs         make a site of the documentation, in build/site'
	@echo 'make bench        measure latency and throughput'
	@echo 'make soak         run for long, with many peers'
	@echo 'make sanitize     run tests of the compiled modules under AddressSanitizer'
	@echo 'make conformance  check the clauses of the RFCs, and run the tests of pyzmq'
	@echo 'make clients      run Jupyter and Locust'
	@echo 'make fuzz         talk nonsense to connections, by the million'
	@echo 'make clean        remove what the other targets made'

.PHONY: python
python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo 'ZeroWire needs Python 3.11 or newer. Name one: make demo PYTHON=python3.12'; exit 1; }

# There is nothing to install for the programs: no dependencies, no compiler.
demo: python
	@PYTHONPATH=src $(PYTHON) scripts/demo.py $(ARGS)

# All of it twice: as it was compiled, and as plain Python. Without a compiler there is only the second form.
# Three workers, as most tests wait for sockets and processes rather than compute.
PYTEST := -m pytest --numprocesses 3 --dist worksteal
test: $(BUILT)
	@if $(BIN)/python -m zerowire | grep ': compiled' >/dev/null; then set -x; $(BIN)/python $(PYTEST) $(ARGS); fi
	ZEROWIRE_PURE=1 $(BIN)/python $(PYTEST) $(PLAIN) $(ARGS)

check: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" scripts/check

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo 'Open build/site/index.html'

bench: $(BUILT)
	$(BIN)/python -m benchmarks $(ARGS)

soak: $(BUILT)
	$(BIN)/python tests/stress/soak.py $(ARGS)

# With a compiler alone: the compiled modules under AddressSanitizer.
sanitize: $(READY)
	scripts/sanitize $(BIN)/python $(ARGS)

# The RFCs' clauses, then pyzmq's own tests in both ways: fetches pyzmq's source. ARGS="--python python3.13"
conformance: $(BUILT)
	$(BIN)/python -m pytest tests/conformance
	$(BIN)/python scripts/conformance.py $(ARGS)

# Jupyter, Locust: from the package index, as they are.
clients: $(BUILT)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check locust
	$(BIN)/python -m pytest tests/clients $(ARGS)

fuzz: $(BUILT)
	$(BIN)/python scripts/fuzz.py $(ARGS)
	$(BIN)/python scripts/fuzz_datagrams.py

$(READY): pyproject.toml scripts/venv | python
	PYTHON="$(PYTHON)" scripts/venv $(VENV)
	ZEROWIRE_SKIP_CYTHON=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@if command -v krb5-config >/dev/null; then $(BIN)/python -m pip install --quiet --disable-pip-version-check 'gssapi>=1.8'; fi
	@scripts/node_zeromq $(VENV)
	@touch $@

$(BUILT): $(READY) $(SOURCE)
	$(BIN)/python setup.py -q build_ext --inplace --parallel 2
	@touch $@

# Files for the package index.
dist: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build
	ZEROWIRE_REQUIRE_CYTHON=1 $(BIN)/python -m build
.PHONY: dist

clean:
	rm -rf $(VENV) build dist src/*.egg-info .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src -name '*.so' -delete
	find src tests scripts examples -name __pycache__ -type d -prune -exec rm -rf {} +
