# `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
export PORT ?= 8000
export STATE ?= .local
STAGE ?= dev

# tests/conftest.py says which tests run in the same process, and which begin first.
PARALLEL := -n 2

.DEFAULT_GOAL := help
.PHONY: help run run-fresh local quick test chaos lint check fix openapi docs screenshots package checkov lock audit deploy rollback init destroy bench cost scale clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(READY) ## Run all of Baton on this machine (PORT=8000 STATE=.local)
	@exec $(BIN)/python -m infra.local

run-fresh: $(READY) ## Delete the local data, then run
	@$(BIN)/python -m infra.local --fresh

local: $(READY) ## Run `chalice local` for the REST API on the data of a running `make run`
	@$(BIN)/python -m infra.local.chalice_local

quick: $(READY) ## Run linter, type checker and all tests that need no engine, browser or package (a minute)
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest $(PARALLEL) -m 'not slow and not aws'

test: $(READY) ## Run all tests in two processes (T=PATH: only these, in one process)
	@$(BIN)/python -m pytest $(if $(T),$(T),$(PARALLEL))

chaos: $(READY) ## Kill, stop, fill and cut off running processes, again and again (CHAOS=5 rounds)
	@CHAOS=$(or $(CHAOS),5) $(BIN)/python -m pytest -m chaos

lint: $(READY) ## Run the linter and the type checker
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

check: lint ## Run the linter, the type checker and the architecture tests
	@$(BIN)/python -m pytest tests/architecture

fix: $(READY) ## Fix imports and format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

openapi: $(READY) ## Convert docs/openapi.yaml to the JSON that the app serves
	@$(BIN)/python -m infra.generate.openapi

docs: $(READY) ## Build the site of all pages, with search and checked links
	@$(BIN)/python -m infra.docs_site.build

screenshots: $(READY) ## Take the README's pictures of the console
	@$(BIN)/python -m infra.generate.screenshots

bench: $(READY) ## Run the benchmarks and print their tables (about ten minutes)
	@$(BIN)/python -m bench

cost: $(READY) ## Print the tables of docs/cost.md
	@$(BIN)/python -m bench cost

package: $(READY) ## Write the template and the code zip to build/STAGE (STAGE=dev, ARGS='--python 3.13 --arch x86_64')
	@$(BIN)/python -m infra.packaging.package $(STAGE) $(ARGS)

checkov: ## Check the packaged template for unsafe settings (STAGE=dev)
	@infra/packaging/checkov build/$(STAGE)/template.json

lock: ## Write the lock files with hashes for requirements*.in (ARGS=--upgrade: newer versions)
	@infra/supply_chain/lock $(ARGS)

audit: $(READY) ## Look for known vulnerabilities in everything that is locked
	@$(BIN)/python -m infra.supply_chain.audit

deploy: $(READY) ## Deploy the package to AWS, after showing the changes (STAGE=dev, ARGS='--yes')
	@$(BIN)/python -m infra.deployment.deploy $(STAGE) $(ARGS)

rollback: $(READY) ## Go back to the package that was deployed before, after showing the changes (STAGE=dev)
	@$(BIN)/python -m infra.deployment.rollback $(STAGE) $(ARGS)

init: $(READY) ## Create the first owner of a deployed stage (STAGE=dev)
	@$(BIN)/python -m infra.baton --stage $(STAGE) init

destroy: $(READY) ## Delete the stage's stack; ARGS=--with-data also deletes its data (STAGE=dev)
	@$(BIN)/python -m infra.deployment.destroy $(STAGE) $(ARGS)

scale: $(READY) ## Print the tables of docs/scale.md
	@$(BIN)/python -m bench scale

clean: ## Remove the virtual environment and the local data
	rm -rf $(VENV) $(STATE)

$(READY): requirements.txt requirements-dev.txt
	@infra/setup $(PYTHON) $(VENV)
	@touch $(READY)
