# make run · make test · make bench. The README says the rest.
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin

.PHONY: run test bench

run: .venv/.run
	@exec "$(BIN)/python" -m obeya.run

test: .venv/.test
	@PATH="$(BIN):$$PATH" bash .ci/checks

bench: .venv/.test
	@exec "$(BIN)/python" -m bench

# Installed again when the lists of packages change, and at no other time: afterwards no network is needed.
.venv/.run: requirements.txt .ci/install.py
	@$(PYTHON) .ci/install.py $< $@

.venv/.test: tests/requirements.txt requirements.txt .ci/install.py
	@$(PYTHON) .ci/install.py $< $@
