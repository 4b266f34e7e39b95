# The tools of a virtual environment made by `bash tests/run`; VENV names another one.
VENV ?= .venv
BIN = $(VENV)/bin
EVAL ?= ../shared/eval

.PHONY: help test lint types docs bench picture audit

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

test: ## make the environment and run all tests
	VENV=$(VENV) bash tests/run

lint: ## check lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: ## check types
	$(BIN)/mypy

docs: ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

bench: ## check the quality floors; EVAL is the folder with the data
	$(BIN)/python -m benchmarks.gate $(EVAL)

audit: ## look for known holes in the installed packages; it needs the network
	$(BIN)/python -m pip_audit --skip-editable

picture: ## take the pictures of the web chat again
	$(BIN)/python -m docs.picture
