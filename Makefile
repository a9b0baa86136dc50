# Everything a person types. The first call of a target installs what it needs into .venv; later calls don't.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
export DAGSTER_HOME := $(CURDIR)/.dagster
# great_expectations takes three times as long to import without its bytecode
unexport PYTHONDONTWRITEBYTECODE
export GX_ANALYTICS_ENABLED := false
export MPLBACKEND := Agg

.PHONY: help notebooks run test check ui query status verify bench soak shared-ready shared-test mutation lock expected-rows docs format clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(RUN_READY) .dagster/dagster.yaml ## build every table, check it, release it, and print a summary
	@$(BIN)/dx run

test: $(DEV_READY) ## run the tests (they build the whole pipeline on the real data)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(DEV_READY) .dagster/dagster.yaml ## style, types, order of imports, unused code, and the load of the code location
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.unused
	@$(BIN)/dagster definitions validate -w workspace.yaml 2>&1 | tail -1

ui: $(RUN_READY) .dagster/dagster.yaml ## open the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/python -m dx_pipeline.orchestration.instance
	@$(BIN)/dagster dev -w workspace.yaml -h 127.0.0.1 -p 3000

query: $(RUN_READY) ## ask the published file: make query SQL="from province_rankings limit 5"
	@$(BIN)/dx query "$(SQL)"

notebooks: $(DEV_READY) ## run the notebooks on the current release and open what they show
	@$(BIN)/python -m dx_pipeline.report.notebooks

status: $(RUN_READY) ## release, age, sources, failed checks
	@$(BIN)/dx status

verify: $(DEV_READY) .dagster/dagster.yaml ## build again elsewhere and prove that Parquet, CSV and PNG bytes are the same
	@$(BIN)/python -m dx_pipeline.orchestration.reproduce

bench: $(DEV_READY) ## measure the index methods against plain loops and general solvers
	@$(BIN)/python -m benchmarks

soak: $(DEV_READY) ## the long proofs: kills, damage, every asset and check alone, a year of nights (an hour; writes below /tmp)
	@DX_SOAK=1 nice $(BIN)/python -m pytest -n 0 -s tests/soak tests/browser tests/report tests/notebooks tests/charts tests/quality/test_expectations.py tests/test_refusals.py tests/release/test_damage.py tests/release/test_interruption.py tests/deploy tests/orchestration tests/shared
	@nice $(BIN)/python -m tests.fetch.soak
	@nice $(BIN)/python -m tests.fetch.daemon

shared-ready: $(DEV_READY) ## add what the tests of the shared deployment need (Celery, DuckDB's extensions, an S3 server)
	@$(BIN)/uv pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r tests/requirements-shared.lock

shared-test: shared-ready ## run the shared deployment for real on loopback (needs postgresql and redis-server; a quarter of an hour)
	@DX_SOAK=1 nice $(BIN)/python -m pytest -n 0 -s -rs tests/shared

mutation: $(DEV_READY) ## break the quality checks one by one and see whether a test notices (slow)
	@$(BIN)/python -m tests.mutation

expected-rows: $(DEV_READY) ## write the row counts of the last build as the expected ones; look at the difference before you commit
	@$(BIN)/python -m dx_pipeline.quality.expected_rows

docs: $(RUN_READY) ## write the page of checks and the JSON Schemas in docs/
	@$(BIN)/python -m dx_pipeline.documentation

format: $(DEV_READY) ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(DEV_READY) ## pin the newest versions that fit pyproject.toml, without naming any index
	@$(BIN)/uv pip compile pyproject.toml $(LOCK_OPTIONS) -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra postgres -c requirements.lock $(LOCK_OPTIONS) -o deploy/requirements-postgres.lock
	@$(BIN)/uv pip compile pyproject.toml --extra shared -c requirements.lock $(LOCK_OPTIONS) -o deploy/requirements-shared.lock
	@$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.lock $(LOCK_OPTIONS) -o requirements-dev.lock
	@$(BIN)/uv pip compile pyproject.toml --extra shared --group dev --group shared-test -c requirements-dev.lock $(LOCK_OPTIONS) -o tests/requirements-shared.lock
LOCK_OPTIONS := -q --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-emit-index-url --no-header --no-annotate

clean: ## remove the environment and everything built, but no release
	@rm -rf $(VENV) .dagster data/build .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info

$(BIN)/uv:
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv

# the development environment is a superset, so whoever has it does not need the other
$(RUN_READY): requirements.lock pyproject.toml | $(BIN)/uv
	@test $(DEV_READY) -nt requirements-dev.lock || $(BIN)/uv pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_READY): requirements-dev.lock pyproject.toml | $(BIN)/uv
	@$(BIN)/uv pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements-dev.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.dagster/dagster.yaml: dagster.yaml
	@mkdir -p .dagster && cp dagster.yaml $@.part && mv $@.part $@
