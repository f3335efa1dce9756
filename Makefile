# Every target that needs Python makes and fills .venv first; nothing touches the system's Python.
PYTHON ?= $(firstword $(shell command -v python3.11 python3))
BIN := .venv/bin
PORT ?= 8000
VERSIONS := versions-3.11 versions-3.12 versions-3.13 versions-3.14
SHELL := /bin/bash -o pipefail
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links --strip-extras $(UPGRADE)

.DEFAULT_GOAL := book

.PHONY: book pdf test serve lint bench versions lock dist coursework repository clean $(VERSIONS)
.DELETE_ON_ERROR:

.venv/.filled: requirements.txt requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	touch $@

$(BIN)/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv

book: .venv/.filled ## Run the chapters that have changed, build all pages; a broken reference fails it.
	rm -rf _build/html _build/.doctrees _build/jupyter_execute
	$(BIN)/jupyter-book build . -W --keep-going
	@echo "Open _build/html/index.html in a browser, or run: make serve"

pdf: .venv/.filled /usr/bin/chromium ## Print the built book into _build/html/lmgcav-book.pdf.
	@test -e _build/html/index.html || $(MAKE) book
	$(BIN)/python book/site/pdf.py

serve: .venv/.filled ## Show the book at an address on this machine.
	@test -e _build/html/index.html || $(MAKE) book
	@echo "Serving the book at http://127.0.0.1:$(PORT) until you press Ctrl-C"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

# What the browser checks need from Debian; elsewhere they say themselves what is missing.
/usr/bin/chromium:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && apt-get install --yes chromium; \
	fi

# Who is done takes half of what is left from the other: long tests stand next to each other.
test: export OMP_NUM_THREADS = 1
test: lint /usr/bin/chromium ## Check everything: code, chapters, the built book, its pages.
	$(BIN)/pytest --numprocesses auto --dist worksteal -m "not browser"
	$(MAKE) book pdf
	$(BIN)/pytest --numprocesses auto --dist worksteal -m browser

lint: .venv/.filled ## Check style and types, and the workflow and citation files against their schemas.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyrefly check --summary=none
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

bench: export OMP_NUM_THREADS = 1
bench: .venv/.filled ## Compare speeds with QuTiP.
	$(BIN)/python tests/benchmark

# The package with the oldest Python and the lowest versions that pyproject.toml allows, and with
# each later Python and the newest versions. What checks the book itself needs its pinned tools.
FIND := PATH=$$(printf %s: ~/.pyenv/versions/*/bin)$$PATH $(BIN)/uv python find --no-python-downloads
TOOLS = $(shell grep -hE '^(hypothesis|nbmake|pytest|pytest-xdist)==' requirements*.txt)
BOOK_ALONE := compute coursework executed pages pdf portrait references repository rerun runtime settings site

versions: $(BIN)/uv ## Test the package, and run the chapters, with other versions of all it needs.
	@for target in $(VERSIONS); do \
		if $(FIND) --quiet $${target#*-} >/dev/null; then $(MAKE) $$target || exit; \
		else echo "There is no Python $${target#*-} on this machine: it is left out"; fi; \
	done

$(VERSIONS): export OMP_NUM_THREADS = 1
versions-3.11: RESOLUTION := --resolution lowest-direct
versions-3.11: WARNINGS := -W default::DeprecationWarning  # of old libraries about new ones
$(VERSIONS): versions-%: $(BIN)/uv
	$(BIN)/uv venv --quiet --clear --python $$($(FIND) $*) build/$@
	$(BIN)/uv pip install --quiet --python build/$@ $(RESOLUTION) --editable '.[notebooks]' $(TOOLS)
	build/$@/bin/pytest $(WARNINGS) --numprocesses auto $(BOOK_ALONE:%=--ignore tests/test_%.py)
	build/$@/bin/pytest --numprocesses auto --nbmake --nbmake-timeout=-1 book/*.ipynb

lock: $(BIN)/uv ## Refresh both lock files (UPGRADE=--upgrade for newer versions).
	echo '-e .[book]' | $(COMPILE) - --output-file requirements.txt
	echo '.[test]' | $(COMPILE) - --constraint <(sed 1d requirements.txt) \
		--no-emit-package lmgcav --output-file requirements-dev.txt

dist: $(BIN)/uv ## Build the package, and test what was built (TAG=v0.1.0: only if that is its version).
	rm -rf build/dist build/sdist
	$(BIN)/uv build --quiet --out-dir build/dist
	@test -z "$(TAG)" || test -e build/dist/lmgcav-$(TAG:v%=%).tar.gz || \
		{ echo "The tag is $(TAG), but lmgcav/__init__.py has another version"; exit 1; }
	$(BIN)/uvx --quiet twine@7.0.0 check --strict build/dist/*.whl build/dist/*.tar.gz
	mkdir build/sdist && tar xf build/dist/*.tar.gz -C build/sdist --strip-components 1
	$(BIN)/uv venv --quiet --clear build/installed
	$(BIN)/uv pip install --quiet --python build/installed "$$(echo build/dist/*.whl)[notebooks]" $(TOOLS)
	cd build/sdist && OMP_NUM_THREADS=1 ../installed/bin/pytest --numprocesses auto \
		$(BOOK_ALONE:%=--ignore tests/test_%.py) tests

# Beside the masters, because `make clean` must not remove a gradebook.
COURSE := coursework/variant-$(VARIANT)

coursework: .venv/.filled ## The problem sets with other numbers in their tests (VARIANT=7).
	@[[ "$(VARIANT)" =~ ^[1-9][0-9]*$$ ]] || { echo "VARIANT must be 1, 2, ..."; exit 1; }
	mkdir $(COURSE)
	cp -R coursework/source coursework/*.py $(COURSE)
	sed -i.old 's/variant = 0 /variant = $(VARIANT) /' $(COURSE)/source/*/*.ipynb
	rm $(COURSE)/source/*/*.old
	cd $(COURSE) && PATH="$(CURDIR)/$(BIN):$$PATH" nbgrader generate_assignment --assignment='*'

repository: ## Write the address of a fork everywhere (URL=https://github.com/OWNER/NAME).
	$(PYTHON) .ci/repository.py $(URL)

clean: ## Remove all that make has made.
	rm -rf _build build .venv .pytest_cache .ruff_cache lmgcav.egg-info
