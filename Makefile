# The commands of the journal; `make help` lists them.
#
# Everything goes into a virtual environment beside this file, made once and renewed when
# the requirements change. PYTHON=… chooses another interpreter, with its own environment.

ifeq ($(origin PYTHON), undefined)
PYTHON := python3
VENV := .venv
else
VENV := .venv-$(notdir $(PYTHON))
endif
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
STUDENTS ?= 200
SEED ?= 1
# What `check --deploy` is asked about: a production of nowhere.
PRODUCTION := DEBUG=False SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))') \
	ALLOWED_HOSTS=journal.example BEHIND_PROXY=True

.PHONY: help run demo test soak bench check

help:
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

run: $(VENV)/.run ## the journal with a demo college on http://127.0.0.1:8000
	@echo "Журнал: http://$(HOST):$(PORT)/  (остановить: Ctrl+C)"
	@echo "Вход, пароль у всех demo:"
	@echo "  admin director deputy deputy_upr deputy_uvr studyunit department dispatcher"
	@echo "  secretary hr curator teacher teacher2 master student parent trustee"
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py demo --students $(STUDENTS) --seed $(SEED) --if-empty
	@$(PY) manage.py db_worker --no-reload --verbosity 0 & worker=$$!; \
		$(PY) manage.py runserver $(HOST):$(PORT) & server=$$!; \
		trap 'kill $$worker $$server 2>/dev/null' INT TERM EXIT; wait $$server

demo: $(VENV)/.run ## the database and the demo college, without the server
	$(PY) manage.py migrate --verbosity 0
	$(PY) manage.py demo --students $(STUDENTS) --seed $(SEED)

test: $(VENV)/.dev ## every test: on SQLite with the browser, on PostgreSQL beside it
	@$(PY) -m tests.both $(WORKERS) $(ARGS)

# 75: no PostgreSQL here.
soak: $(VENV)/.dev ## the fault tests at full length, on both databases; a slow network
	@status=0; \
	$(PY) -m pytest --soak -m soak -rs $(ARGS) || status=$$?; \
	$(PY) -m tests.postgres --durable $(PY) -m pytest --soak -m soak -rs $(ARGS) || \
		[ $$? = 75 ] || status=1; \
	$(PY) -m pytest --slow -m browser -rs $(ARGS) || status=$$?; \
	exit $$status

bench: $(VENV)/.dev ## the figures of speed, against the bare floor
	$(PY) tests/bench/run.py $(ARGS)

check: $(VENV)/.dev ## lint, format, migrations, settings of production
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

$(VENV)/.run: requirements.txt | $(PY)
	@echo "Ставлю пакеты в $(VENV) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(PY)
	@echo "Ставлю пакеты в $(VENV) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.run

# Debian keeps ensurepip in a package of its own; virtualenv or pip do instead.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Нужен Python 3.11 или новее. Другой: make … PYTHON=python3.12"; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -c 'import virtualenv' 2>/dev/null; then \
		$(PYTHON) -m virtualenv --quiet $(VENV); \
	elif $(PYTHON) -c 'import pip' 2>/dev/null; then \
		$(PYTHON) -m venv --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(PY) install --quiet pip; \
	else \
		echo "У $(PYTHON) нет ensurepip. Поставьте его: apt-get install python3-venv"; \
		exit 1; \
	fi || { rm -rf $(VENV); exit 1; }
