# For developers; everybody else needs only ./run and ./test.
BIN := .venv/bin
PROFILE ?= short

.PHONY: help run test lint format types check bench chaos translations triage-model triage-report clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run:  ## serve everything on this machine, with demo data
	./run

test:  ## the tests alone
	./test tests

lint:  ## ruff: what is wrong and what is not formatted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format:  ## ruff: repair both as far as it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types:  ## mypy --strict
	$(BIN)/mypy

check:  ## all that continuous integration runs
	./test

bench:  ## the figures of speed, as ratios in one run
	$(BIN)/python -m tests.bench --profile $(PROFILE)

chaos:  ## faults by the dozen; PROFILE=release for the long run
	$(BIN)/python -m tests.chaos --profile $(PROFILE)

translations:  ## collect what is to be translated and bring the catalogues up to date
	$(BIN)/helpbutton translations update

triage-model:  ## learn the weights of triage again from config/triage/messages
	$(BIN)/python -m pip install -q -e '.[train,semantic]' -c constraints.txt
	$(BIN)/python -m helpbutton.triage.learn

triage-report:  ## how well triage reads messages that it never learnt from
	$(BIN)/python -m tests.bench.triage_report

clean:  ## forget caches, not data
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
