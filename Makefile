# make help says what there is. Everything happens in this folder; nothing is sent anywhere.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# Taken from the command line as they are, whatever characters they hold: $ too.
override export EXPORT := $(value EXPORT)
override export STUDY := $(value STUDY)
override export NAME := $(value NAME)
override export FILE := $(value FILE)
override export APPROVE := $(value APPROVE)
override export STUDIES := $(value STUDIES)
override export BY := $(value BY)
override export NUMBER := $(value NUMBER)
override export RESPONSE := $(value RESPONSE)
override export STATUS := $(value STATUS)
override export REASON := $(value REASON)
override export PROFILE := $(value PROFILE)
# Compiled code is kept: without it, every process would compile the libraries again.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH VIRTUAL_ENV
CLI = $(BIN)/python -m ut_research.cli

.PHONY: help report sweep brief tables review easy-read one-file review-release check map shape new lab comments answer quick test deep lint bench mutants forget clean headlines lock

help:
	@echo 'make report                     build the report on the invented example'
	@echo 'make report EXPORT=path         … on an export: a folder of CSV files, or a workbook'
	@echo '            STUDY=name          … of this study: a name in studies/, a folder or a file'
	@echo '            NAME=name           … under this name, in reports/name/'
	@echo 'make sweep                      … and one of each part, decided on together (BY=partner or area;'
	@echo '                                STUDIES="one another": of studies; PROFILE=profiles/slurm: on a'
	@echo '                                cluster; see docs/sweep.md)'
	@echo 'make brief                      make the two-page brief of a report (PDF, Word)'
	@echo 'make tables                     put all its tables in one workbook, and the report in Word'
	@echo 'make review                     pack the book, and its plain pages in large print, for readers'
	@echo 'make easy-read                  make the Easy Read: short sentences with pictures (PDF, page)'
	@echo 'make one-file                   put the pages for everyone in one file, for a phone'
	@echo 'make review-release NAME=name   before a report is passed on: list what would leave'
	@echo '                                (APPROVE="Your name": make release.zip of it)'
	@echo 'make check EXPORT=path          only say what is wrong with an export (STUDY=name: of that study)'
	@echo 'make map EXPORT=path            draft a recipe: how its files and headings become the tables here'
	@echo '                                (ACCEPT=yes: write it; STUDY=name: into the folder of that study)'
	@echo 'make shape EXPORT=path          write how it looks, with nothing of anybody in it, to be sent'
	@echo 'make new NAME=my-programme      begin a study of your own, in studies/my-programme'
	@echo 'make lab                        open JupyterLab with the notebooks ready to run'
	@echo 'make comments FILE=path         add comments that a reader handed back (EXPORT=path: to that export)'
	@echo 'make answer                     list the comments that are open; NUMBER=2 RESPONSE="We did" answers one'
	@echo '                                (STATUS="not done" REASON="why": of what is not)'
	@echo 'make quick                      check the code and run the tests that need no report, in a minute'
	@echo 'make test                       run every test (browser tests need Chromium): 15 to 20 minutes'
	@echo 'make deep                       run every test on many more samples (hours)'
	@echo 'make bench                      measure how fast things are, as ratios'
	@echo 'make mutants                    plant mistakes in the code and count those the tests find (an hour)'
	@echo 'make forget EXPORT=path         remove every trace of an export'
	@echo 'make clean                      remove what builds and tests left; reports stay'
	@echo 'make headlines                  write the headlines anew that the notebook tests compare'
	@echo 'make lock                       resolve the dependencies again'

report brief tables review easy-read one-file: $(READY)
	@$(CLI) $@ "$$EXPORT" --study "$$STUDY" --name "$$NAME"

sweep: $(READY)
	@set -f; for one in $${STUDIES:-"$$STUDY"}; do set -- "$$@" --study "$$one"; done; \
	$(CLI) sweep "$$EXPORT" "$$@" --name "$$NAME" --by "$$BY" --profile "$$PROFILE"

review-release: $(READY)
	@test -n "$$NAME" || { echo 'Which report? make review-release NAME=name'; exit 2; }
	@$(CLI) review-release "$$NAME" --approve "$$APPROVE"

check map shape: $(READY)
	@test -n "$$EXPORT" || { echo 'Which export? make $@ EXPORT=path'; exit 2; }
	@$(CLI) $@ "$$EXPORT" --study "$$STUDY" $(if $(filter map,$@),$(if $(ACCEPT),--accept))

new: $(READY)
	@test -n "$$NAME" || { echo 'What is it called? make new NAME=my-programme'; exit 2; }
	@$(CLI) new "$$NAME"

lab: $(READY)
	@$(CLI) lab "$$EXPORT" --study "$$STUDY" --name "$$NAME"

comments: $(READY)
	@test -n "$$FILE" || { echo 'Which file? make comments FILE=path'; exit 2; }
	@$(CLI) comments "$$FILE" --export "$$EXPORT"

answer: $(READY)
	@$(CLI) answer "$${NUMBER:-0}" --response "$$RESPONSE" --status "$${STATUS:-done}" --reason "$$REASON" \
	  --export "$$EXPORT"

forget: $(READY)
	@test -n "$$EXPORT" || { echo 'Which export? make forget EXPORT=path'; exit 2; }
	@$(CLI) forget "$$EXPORT" --name "$$NAME"

quick: export UT_QUICK := 1
quick: lint
	@echo 'Running the tests that need no report …'
	@$(BIN)/pytest -n 2 --dist worksteal -m 'not slow and not browser'

deep: export UT_DEEP := 1
test deep: $(READY)
	@$(MAKE) -j 2 lint report EXPORT= STUDY= NAME=
	@echo 'Running the tests, and every notebook to compare its headlines …'
	@$(BIN)/pytest -n 2 --nbval-lax --nbval-cell-timeout=300 tests notebooks
	@echo 'All tests passed. The report that they looked at is reports/example/book/index.html'

lint: $(READY)
	@echo 'Checking the code …'
	@$(BIN)/ruff check --quiet src tools tests bench notebooks .ci
	@$(BIN)/mypy --no-error-summary

bench: $(READY)
	@$(BIN)/python -m bench.run

mutants: $(READY)
	@nice $(BIN)/python -m tools.mutants

clean:
	find data/processed -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	rm -rf .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tools tests bench notebooks -name __pycache__ -prune -o -name .ipynb_checkpoints -prune | xargs rm -rf

headlines: $(READY)
	@$(CLI) report
	@$(BIN)/python .ci/notebooks.py headlines

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra sweep --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url -o requirements.lock
	$(BIN)/python .ci/environment.py

# The environment: made once, and again when the lock changes. uv is fetched first, at the locked version
# and with its hashes, and then installs all the rest.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo 'Python 3.11 or newer is needed, and there is no $(PYTHON).'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo 'Python is here but cannot make environments: install the package python3-venv.'; exit 1; }
	@test -d .venv || test "$$(df -Pk . | awk 'NR == 2 { print $$4 }')" -gt 2500000 || \
		{ echo 'The disk is full: 2.5 GB are needed for the environment.'; exit 1; }
	@echo 'Setting up .venv (once; a minute or two) …'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^uv==/ { on = 1 } on { print } on && !/\\$$/ { exit }' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --offline --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@! git rev-parse --git-dir >/dev/null 2>&1 || $(BIN)/pre-commit install >/dev/null || \
		echo 'The hook that refuses data in a commit could not be put in place: see CONTRIBUTING.md.'
	@touch $@
