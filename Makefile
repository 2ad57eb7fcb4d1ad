# make run · make test · make bench. The README says the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench check clean

run: $(VENV)/.run
	@exec $(BIN)/python -m obeya.run

test: $(VENV)/.test
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh .ci/checks

bench: $(VENV)/.test
	@$(BIN)/python -m bench
