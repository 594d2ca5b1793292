# Everycall. A fresh machine needs Python 3.11 or later, git and make; `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test rooms coverage sounds lint format types lock bench gpu peers ray s3 gcs azure clean

VENV := .venv
BIN := $(VENV)/bin
FIND_PYTHON := for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done
PYTHON ?= $(shell $(FIND_PYTHON))
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
LOCKED := $(PIP) --require-hashes --no-deps -r requirements

# Nothing here reports usage or contacts a model hub.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export HF_HUB_DISABLE_TELEMETRY := 1
export HF_HUB_OFFLINE := 1

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/installed ## everything that `everycall` needs, from the lock files, into .venv

$(VENV)/installed: requirements/lock.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or later is on the path; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (a few minutes the first time)"
	@command -v nvidia-smi >/dev/null || $(LOCKED)/cpu.lock.txt 2>/dev/null || true
	$(LOCKED)/lock.txt
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(MAKE) --no-print-directory cuda-of-torch
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Without a GPU the CPU build of torch is taken where pip is offered it (find-links, an index). The registry's build for
# Linux is for CUDA and cannot be imported without CUDA's libraries, GPU or not.
.PHONY: cuda-of-torch
cuda-of-torch:
	@echo "This torch is a CUDA build and does not start without CUDA's libraries: installing them too (gigabytes)."
	@echo "To save them, offer pip the CPU build of the same version (PIP_FIND_LINKS=folder) and run make again."
	$(LOCKED)/cuda.lock.txt
	@$(BIN)/python -c 'import torch'

install-dev: $(VENV)/installed-dev

$(VENV)/installed-dev: $(VENV)/installed requirements/dev.lock.txt
	$(LOCKED)/dev.lock.txt
	@touch $@

demo: install ## transcribe and score the sample calls as a night, and write the report
	$(BIN)/everycall nightly examples/calls --metadata examples/calls.csv --store demo/store
	$(BIN)/everycall report --store demo/store --out demo/report.html
	@echo "Tables: $(CURDIR)/demo/store"
	@echo "Report: $(CURDIR)/demo/report.html"

test: install-dev ## run all tests, slow ones too; PYTEST="-k ingest" selects some
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 $(PYTEST)

coverage: install-dev ## how much of the code the tests run, the slow ones left out (half as much CPU time again)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "not slow" --cov --cov-report=term:skip-covered $(PYTEST)

sounds: ## download Debian's recorded prompts and hold music into tests/data/sounds, for the slow tests of call events
	mkdir -p tests/data/sounds
	cd tests/data/sounds && apt-get download asterisk-core-sounds-en-wav asterisk-moh-opsound-wav
	cd tests/data/sounds && for package in *.deb; do dpkg-deb --extract $$package .; rm $$package; done

rooms: install-dev ## print the rooms in order, their imports, and cycles between them
	$(BIN)/python -m bench.rooms

lint: install-dev ## ruff: rules and format; codespell
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

format: install-dev ## fix and format the code with ruff
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install-dev ## mypy, strict
	$(BIN)/mypy

# The same versions on every Python, so that what is tested on one is what runs on another.
COMPILE = $(BIN)/uv pip compile --quiet --no-header --annotation-style line --generate-hashes \
	--universal --python-version 3.11 --fork-strategy fewest $(LOCK)
# Keep the versions of lock.txt, and leave out what it holds.
BEYOND = -c requirements/lock.txt $$(sed -nE 's/^([A-Za-z0-9._-]+)==.*/--no-emit-package=\1/p' requirements/lock.txt)
EXTRAS := gpu peers ray s3 gcs azure
LOCKS := $(patsubst %,requirements/%.lock.txt,dev cuda $(EXTRAS))

lock: install-dev ## resolve the lock files again; LOCK=--upgrade takes newer versions
	$(COMPILE) pyproject.toml --extra weights -o requirements/lock.txt
	$(COMPILE) --group dev $(BEYOND) -o requirements/dev.lock.txt
	sed -nE 's/^(torch==[^ ]+).*/\1/p' requirements/lock.txt | $(COMPILE) - --no-config $(BEYOND) -o requirements/cuda.lock.txt
	for extra in $(EXTRAS); do $(COMPILE) pyproject.toml --extra $$extra $(BEYOND) -c requirements/dev.lock.txt \
		-o requirements/$$extra.lock.txt; done
	sed -i -e '1i # Made by `make lock`. Install with: pip install --require-hashes --no-deps -r' \
		-e '/^# The following packages were excluded/,$$d' requirements/lock.txt $(LOCKS)

bench: install-dev demo ## measure agreement on the sample calls; CALLS=folder of labelled audio: also error rates and speed
	$(BIN)/python -m bench.recognised_agreement --store demo/store examples/labelled.jsonl
ifdef CALLS
	$(BIN)/python -m bench.hear_quality --calls $(CALLS)
endif

gpu: install ## CUDA libraries for torch and CTranslate2 on a machine whose system has none (gigabytes)
	$(LOCKED)/cuda.lock.txt
	$(LOCKED)/gpu.lock.txt
	@echo "So that CTranslate2 finds its cuBLAS: export LD_LIBRARY_PATH=$$(echo $(CURDIR)/$(VENV)/lib/python*/site-packages/nvidia/cublas/lib)"

peers: ## install BERTopic, so that `everycall evaluate-topics` measures it too (300 MB)
ray: ## shards on a Ray cluster
s3: ## recordings and stores on s3:// addresses
gcs: ## recordings and stores on gs:// addresses
azure: ## recordings and stores on abfs:// addresses
peers ray s3 gcs azure: install
	$(LOCKED)/$@.lock.txt

clean: ## remove what was installed and made here
	rm -rf $(VENV) demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
