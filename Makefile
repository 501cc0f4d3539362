# Everything runs in .venv; PYTHON chooses the interpreter it is made with.
PYTHON ?= python3
BIN := .venv/bin
TESTS ?= tests
EXTRA ?= dev
# Files are compiled when they are first imported: most never are.
INSTALL := $(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable

.PHONY: demo test lint docs clean

demo: .venv/cxsim  ## Two plans for an online shop, lived by the same customers with the same luck
	$(BIN)/cxsim compare online-retailer plans/online-retailer-checkout plans/online-retailer-delivery \
		--replications 20 --overwrite -o results/demo

test: .venv/ready  ## All tests; the rules are compiled first, lest commands say so where tests want silence
	$(BIN)/python -m cxsim check restaurant --set market.people=20 --set market.horizon_weeks=4 > /dev/null
	$(BIN)/python -m pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile \
		--no-loadscope-reorder $(TESTS)

lint: .venv/ready  ## Style, types, and the walls between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: .venv/ready  ## The documentation as a site in site/, to open from disk; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

.venv/cxsim: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) .
	touch $@

.venv/ready: .venv/cxsim  # with all that tests and documentation need; EXTRA=lives for the tests of lives alone
	$(INSTALL) '.[$(EXTRA)]'
	touch $@

clean:  ## Remove the environment (results stay)
	rm -rf .venv
