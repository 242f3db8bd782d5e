# The portal on one machine. `make` alone lists the targets.
# Everything runs in .venv; only `setup` builds it, and does nothing when the requirement files have not changed.

PYTHON ?= python3
PY := .venv/bin/python
STAMP := .venv/.stamp
SETTINGS := SECRET_KEY=a-key-for-checks-only-0123456789-abcdefghijklmnopqrstuvwxyz DATABASE_URL=postgresql:///none REDIS_URL=redis://127.0.0.1:6379/0

.DEFAULT_GOAL := help
.PHONY: help setup run test check lab bench messages format clean format-check lint types arrows templates translations migrations deployment

help: ## list these targets
	@echo "Usage: make TARGET"
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name words; do printf '  %-10s %s\n' "$$name" "$$words"; done

setup: $(STAMP) ## make .venv with the pinned requirements, and the vendored style sheets
	@$(PY) -m portal.theme.vendor

$(STAMP): requirements.txt requirements-pdf.txt requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) on this machine. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) portal/laptop/make_venv.py

run: setup ## start everything on this machine and print the address (Ctrl-C stops it; PORT=, HOST=)
	@$(PY) -m portal.run

test: setup ## all tests; real servers are installed with apt where that is possible
	@sh tests/install-servers
	@$(PY) -m pytest

check: format-check lint types arrows templates translations migrations deployment ## what a reviewer's machine checks (with -k: all of it, whatever fails)

format-check: setup
	$(PY) -m ruff format --check .

lint: setup
	$(PY) -m ruff check .

types: setup
	$(SETTINGS) $(PY) -m mypy

arrows: setup
	@echo "import-linter"
	@$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" >.venv/arrows.log || { cat .venv/arrows.log; exit 1; }

templates: setup
	$(PY) -m djlint templates portal --check --lint --quiet

translations: setup
	$(PY) -m portal.laptop.messages check

migrations: setup
	$(SETTINGS) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

deployment: setup
	$(SETTINGS) SITE_URL=https://zegel.example TRUSTED_PROXIES=192.0.2.1 SIGN_UP=closed $(PY) manage.py check --deploy --fail-level WARNING

lab: setup ## the practice internet alone, in the foreground
	@$(PY) -m lab --dir var/lab

bench: setup ## measured costs of a scan beside their targets
	@$(PY) -m tests.bench

messages: setup ## collect the strings of code and templates into the Dutch file
	@$(PY) -m portal.laptop.messages extract

format: setup ## put code and templates in the house's format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	-$(PY) -m djlint templates portal --reformat --quiet

clean: ## remove what was built; the data in var/ stays
	rm -rf .venv static/vendor staticfiles .pytest_cache .ruff_cache .mypy_cache .import_linter_cache

%:
	@echo "There is no target '$@'. These are:" >&2; $(MAKE) --no-print-directory help >&2; exit 2
