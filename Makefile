# Everything from a fresh clone: see `make help`. The work is done by enterprise/local, in Python.

PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

# `make services` prints two lines and nothing else.
MAKEFLAGS += --no-print-directory

.PHONY: help
help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' Makefile

.PHONY: venv
venv: ## Make .venv and install the locked dependencies, if that is not done yet
	@sh enterprise/local/bootstrap.sh "$(PYTHON)"

.PHONY: run
run: venv ## Start everything, with a demo firm; Ctrl-C stops it
	@exec $(BIN)/python -m enterprise.local run

.PHONY: services
services: venv ## Start PostgreSQL and Valkey in the background and print their addresses
	@exec $(BIN)/python -m enterprise.local services

.PHONY: stop
stop: venv ## Stop what `make services` or `make run` started
	@exec $(BIN)/python -m enterprise.local stop

.PHONY: test
test: venv ## Run all tests on PostgreSQL, Valkey and Chromium; ARGS="-k word" narrows it
	@exec $(BIN)/python -m enterprise.local test $(ARGS)

.PHONY: chaos
chaos: venv ## Kill, freeze and cut the running system, and judge by the sandbox's ledger; ARGS="--seeds 7 --again"
	@exec $(BIN)/python -m tests.chaos $(ARGS)

.PHONY: mutants
mutants: venv ## Break each line that keeps texts safe, one at a time, and see that the tests notice
	@exec $(BIN)/python -m tests.mutants $(ARGS)

# Nothing here connects to anything, but the settings insist on being complete.
check: export ENTERPRISE_ENV_FILE =
check: export DEBUG = False
check: export SECRET_KEY = only-for-checks-0123456789-0123456789-0123456789-0123456789
check: export TEXTING_KEYS = check:qKAl1Q4SvnLAYPLuYGepeZY9/vpsgJzoB7uGyK2juZk=
check: export DATABASE_URL = postgres://nobody@127.0.0.1:1/nothing
check: export REDIS_URL = redis://127.0.0.1:1/0
check: export PUBLIC_URL = https://texting.example.com
check: export ALLOWED_HOSTS = texting.example.com
check: export ZIPWHIP_URL = https://zipwhip.example.com
.PHONY: check
check: venv ## Lint, types, layers, migrations, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/djlint --lint --quiet .

.PHONY: audit
audit: venv ## Look for dangerous code, and for known holes in the locked dependencies
	@$(BIN)/python -m enterprise.local.scan

# Needs GNU gettext: apt-get install gettext.
messages: export ENTERPRISE_ENV_FILE =
messages: export SECRET_KEY = only-to-read-the-sources
messages: export TEXTING_KEYS = only-to-read-the-sources
messages: export DATABASE_URL = postgres://nobody@127.0.0.1:1/nothing
messages: export REDIS_URL = redis://127.0.0.1:1/0
messages: export PUBLIC_URL = https://texting.example.com
GATHER := $(BIN)/python manage.py makemessages -l es -l fr --no-obsolete --no-wrap --add-location file -v 0
.PHONY: messages
messages: venv ## Gather the texts to translate into the catalogues, and compile these
	$(GATHER) -i tests -i staticfiles
	$(GATHER) -d djangojs -i tests -i staticfiles -i vendor
	$(BIN)/python manage.py compilemessages -v 0

.PHONY: lock
lock: venv ## Resolve pyproject.toml again into the two requirements files
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra dev pyproject.toml -o requirements-dev.txt
