# Every target prints what it does with `make help`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
export PORT ?= 8000
export STATE ?= .local
STAGE ?= dev

# Each group of tests runs in one process, and the longest groups begin first: see tests/conftest.py.
PARALLEL := -n 2 --dist loadgroup --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run run-fresh local quick test check fix openapi screenshots package checkov deploy init destroy bench cost scale clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(READY) ## Run the whole product on this machine (PORT=8000 STATE=.local)
	@exec $(BIN)/python -m infra.local

run-fresh: $(READY) ## The same, with everything forgotten first
	@$(BIN)/python -m infra.local --fresh

local: $(READY) ## `chalice local` for the HTTP half, against the engine of a running `make run`
	@$(BIN)/python -m infra.local.chalice_local

quick: $(READY) ## Lint, types, and every test that needs no engine, browser or package, in a minute
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest $(PARALLEL) -m 'not slow and not aws'

test: $(READY) ## Run every test, two at a time (T=path for some of them, one by one)
	@$(BIN)/python -m pytest $(if $(T),$(T),$(PARALLEL))

check: $(READY) ## Lint, types and the import rule, as CI has them
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest tests/architecture

fix: $(READY) ## Repair what can be repaired: imports, format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

openapi: $(READY) ## Write the API's document of record into the app
	@$(BIN)/python -m infra.generate.openapi

screenshots: $(READY) ## Take the pictures of the console that the README shows
	@$(BIN)/python -m infra.generate.screenshots

bench: $(READY) ## Print the benchmarks
	@$(BIN)/python -m bench

cost: $(READY) ## Print the costs that docs/cost.md shows
	@$(BIN)/python -m bench cost

package: $(READY) ## One template and one zip in build/STAGE (STAGE=dev, ARGS='--python 3.13 --arch x86_64')
	@$(BIN)/python -m infra.packaging.package $(STAGE) $(ARGS)

checkov: ## Look through what is packaged for what is unsafe (STAGE=dev)
	@infra/packaging/checkov build/$(STAGE)/template.json

deploy: $(READY) ## To AWS with what is packaged, after a look at the changes (STAGE=dev, ARGS='--yes')
	@$(BIN)/python -m infra.deployment.deploy $(STAGE) $(ARGS)

init: $(READY) ## Make the first owner of a deployed stage (STAGE=dev)
	@$(BIN)/python -m infra.baton --stage $(STAGE) init

destroy: $(READY) ## Delete the stage's stack; its table stays unless told twice (STAGE=dev, ARGS=--with-data)
	@$(BIN)/python -m infra.deployment.destroy $(STAGE) $(ARGS)

scale: $(READY) ## Print the figures that docs/scale.md shows (a minute)
	@$(BIN)/python -m bench scale

clean: ## Remove the virtual environment and the local state
	rm -rf $(VENV) $(STATE)

$(READY): requirements.txt requirements-dev.txt
	@infra/setup $(PYTHON) $(VENV)
	@touch $(READY)
