# Failbetter. `make` lists everything; each target sets up what it needs in .venv.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
READY  := $(VENV)/.ready
LOCK   := $(VENV)/bin/uv pip compile pyproject.toml --universal --generate-hashes --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test test-apache check format contract settings topics infrastructure lock bench fuzz eval screenshots clean

help: ## list what can be done here
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## everything up on this machine, real contacts in, signals out; ARGS=--exit ends by itself
	@$(RUN) -m deploy.demo $(ARGS)

test: $(READY) ## all tests, on embedded PostgreSQL and an embedded broker; ARGS="-k intake" picks some
	@$(RUN) -m pytest $(ARGS)

test-apache: $(READY) ## the tests that use a broker, on Apache Kafka 4 (needs Java 17 and Maven)
	@KAFKA=apache $(RUN) -m pytest -m broker $(ARGS)

check: $(READY) ## exactly what CI checks before the tests: format, lint, types, walls between the rooms
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports

format: $(READY) ## put the code in shape
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

contract: $(READY) ## write the JSON Schemas and the AsyncAPI document of the events
	@$(RUN) -m shared.events

settings: $(READY) ## write .env.example from the classes that read the environment
	@$(RUN) -m deploy.settings > .env.new && mv .env.new .env.example

topics: $(READY) ## create the topics of the contract at KAFKA_BOOTSTRAP_SERVERS
	@$(RUN) -m shared.topics

infrastructure: $(READY) ## only PostgreSQL and a broker on this machine, until Ctrl-C
	@$(RUN) -m deploy.local

bench: $(READY) ## the cost of each service, as ratios to the barest thing that could do the job; ARGS="intake" picks parts
	@$(RUN) -m bench $(ARGS)

fuzz: $(READY) ## intake against its OpenAPI document, by schemathesis; ARGS="--examples 100" for fewer
	@$(RUN) -m bench.conformance $(ARGS)

eval: $(READY) ## how well triage reads, into docs/triage-quality.md; half an hour; ARGS="critical spans" prints parts
	@$(RUN) -m bench.quality $(ARGS)

screenshots: $(READY) ## the pictures of the pages in docs/, made anew; needs Chromium
	@SCREENSHOTS=docs $(RUN) -m pytest -q tests/insights/browser/test_screenshots.py

lock: $(READY) ## pin every dependency again, with hashes; once for all, once for each image
	@$(LOCK) --all-extras --group dev --output-file requirements.lock
	@$(LOCK) --extra intake --constraint requirements.lock --output-file deploy/locks/intake.lock
	@$(LOCK) --extra triage --constraint requirements.lock --output-file deploy/locks/triage.lock
	@$(LOCK) --extra insights --constraint requirements.lock --output-file deploy/locks/insights.lock

clean: ## remove what was built or downloaded here
	rm -rf $(VENV) .demo .local

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Failbetter needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@
