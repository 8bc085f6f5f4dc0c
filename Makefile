# For developers; everybody else needs only ./run and ./test.
BIN := .venv/bin
PROFILE ?= short

.PHONY: help run test lint format types check bench chaos translations clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

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

# In Python the language comes first and the message second; in templates there is only the message.
WORDS := -k N_ $(foreach n,2t 3t 4t 5t,-k gettext:2,$(n)) -k gettext:1,1t -k ngettext:1,2,3t \
	$(foreach n,4t 5t 6t,-k ngettext:2,3,$(n))

translations:  ## collect what is to be translated and bring the catalogues up to date
	mkdir -p .data
	$(BIN)/pybabel -q extract -F config/babel.cfg $(WORDS) --add-location file -o .data/messages.pot .
	$(BIN)/pybabel -q update -i .data/messages.pot -d helpbutton/translations --no-fuzzy-matching --ignore-pot-creation-date

clean:  ## forget caches, not data
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
