# Everything a developer runs. `make` lists it.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check messages prove format bench bench-quick clean
# A failed step leaves no stamp that looks like success.
.DELETE_ON_ERROR:

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/runtime.stamp ## Serve the demo clinic on http://127.0.0.1:8000/ (PORT=...)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo --address http://127.0.0.1:$(PORT)
	@$(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: check ## Everything that must pass: check, then the tests on SQLite and PostgreSQL
	$(BIN)/python manage.py test

check: $(VENV)/development.stamp ## Style, types, the order of imports, our own rules, licences, migrations, the API's schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.rules
	$(BIN)/python -m tools.licences
	$(BIN)/bandit --quiet --severity-level medium --configfile pyproject.toml --recursive .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

# An hour in all, with the default.
PROVE_MINUTES ?= 14

prove: $(VENV)/development.stamp ## An hour of proof, on both databases: the checker, its negative controls, faults
	for database in sqlite postgres; do \
		$(BIN)/python -m tools.checker --database $$database --operations 2000 --minutes $(PROVE_MINUTES) || exit 1; \
		for control in lock constraint both key trail; do \
			$(BIN)/python -m tools.checker --database $$database --control $$control --operations 240 --seeds 20 || exit 1; \
		done; \
	done
	$(BIN)/python -m tools.checker --control deferred --operations 240 --seeds 20
	$(BIN)/python manage.py test tests/faults -- -m "slow or not slow" -s -n 0

sbom: $(VENV)/development.stamp ## Write sbom.json: every package of a production machine and its pages (CycloneDX)
	rm -rf build/sbom && $(PYTHON) -m venv build/sbom
	build/sbom/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-production.txt
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file sbom.json build/sbom/bin/python
	$(BIN)/python -m tools.bill sbom.json
	rm -rf build/sbom

messages: $(VENV)/development.stamp ## Bring the catalogues of other languages up to date; fails while a text is not translated
	DEBUG=True DJANGO_SETTINGS_MODULE=core.settings $(BIN)/python -m tools.messages

format: $(VENV)/development.stamp ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/development.stamp ## Measure speed and growth on PostgreSQL, up to ten million visits: takes hours
	$(BIN)/python -m benchmarks

bench-quick: $(VENV)/development.stamp ## The same, small: about two minutes
	$(BIN)/python -m benchmarks --quick

clean: ## Remove the virtual environment and caches; the database stays
	rm -rf $(VENV) staticfiles .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, but $(PYTHON) is not. Name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

# What is installed already is not installed again until a file of requirements changes.
$(VENV)/runtime.stamp: requirements.txt requirements-production.txt requirements-test.txt constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/development.stamp: requirements-dev.txt $(VENV)/runtime.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
