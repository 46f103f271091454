# Everything a developer types. `make` alone prints this list.

VENV ?= .venv
PYTHON ?= python3
OUT ?= demo-out
JOBS ?= auto
FUZZ_S ?= 300

BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# One thread for each process: the work is spread over processes.
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK ?= 1

.DEFAULT_GOAL := help
.PHONY: help system venv demo test bench bench-full fuzz lint format check constraints clean

help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  VENV=DIR chooses another place than .venv, OUT=DIR another than demo-out, PYTHON=python3.12 another Python"

system: ## install the missing system packages, or name them in one line
	@sh scripts/system-packages.sh "$(PYTHON)"

venv: $(STAMP) ## build the virtual environment with everything in it, once

$(STAMP): pyproject.toml setup.py constraints.txt scripts/make-venv.sh | system
	@sh scripts/make-venv.sh "$(VENV)" "$(PYTHON)"
	@touch $@

demo: $(STAMP) | system ## grade the bundled class of HW4 and say where the reports are
	@$(BIN)/grader demo --out "$(OUT)"

test: $(STAMP) | system ## run all tests, real jails included
	GRADER_REQUIRE_JAIL=1 $(BIN)/python -m pytest -n $(JOBS)

lint: $(STAMP) ## ruff's rules and format, mypy --strict on grader/
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## let ruff format and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint test ## what a change must pass

bench: $(STAMP) | system ## measure the numbers that the project promises
	@$(BIN)/python -m benchmarks

bench-full: $(STAMP) | system ## the same with 1,000 submissions and more repeats, then every attack alone (two hours)
	@$(BIN)/python -m benchmarks --full
	GRADER_ATTACKS=alone GRADER_REQUIRE_JAIL=1 $(BIN)/python -m pytest tests/attacks -n $(JOBS)
	GRADER_ATTACKS=alone GRADER_REQUIRE_JAIL=1 $(BIN)/python -m pytest tests/honest

fuzz: $(STAMP) ## damage hand-overs for FUZZ_S seconds (300), led by coverage, until the reader fails to answer
	@$(BIN)/python -m pip install -qq -c constraints.txt "atheris; sys_platform == 'linux'"
	$(BIN)/python -m tests.fuzz.reader $(FUZZ_S)

constraints: $(STAMP) ## resolve constraints.txt anew (needs the network)
	@sh scripts/pin.sh "$(BIN)/python"

clean: ## remove what was built, the environment stays
	rm -rf build dist *.egg-info demo-out .pytest_cache .mypy_cache .ruff_cache .hypothesis
