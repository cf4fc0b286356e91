# Everything from a checkout with Python 3.11 and pip alone: uv comes from PyPI into .tools/ where it is absent.
PYTHON ?= python3
UV := $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.tools/uv/bin/uv)
RUN = "$(UV)" run --locked --no-sync

# Without a home to write to, uv and the plotting library keep their caches here.
ifneq ($(shell test -n "$$HOME" && test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/.tools/home
endif

# Bytecode is kept: collecting the tests then takes 7 s of a processor, not 18, and each process of a test a third of a second less.
unexport PYTHONDONTWRITEBYTECODE

# Compiled functions leave no trace for coverage: the tests that compare them with known answers run them once more as Python.
COMPILED = tests/test_engines_problems.py tests/test_engines_sparse_lu.py tests/test_value_level.py tests/test_sensitivity.py

.PHONY: help setup demo test test-slow robots fuzz coverage mutants ensembles lint docs figures truth format clean

help:
	@echo "make demo    set up and run designs/linreg2d_bench.toml: sequences, order files and a report in runs/linreg2d_bench"
	@echo "make test    set up and run the tests"
	@echo "make test-slow  set up and run the long tests: whole runs, killed and repeated ones, the pages' commands"
	@echo "make robots  put the makers' simulator of liquid handlers into .tools/opentrons, for the long tests"
	@echo "make fuzz    set up and give every parser 100,000 random inputs (9 minutes)"
	@echo "make coverage  set up, run the tests and tell which lines and branches they reach (docs/coverage.md)"
	@echo "make mutants  set up, change the code in 420 places and tell which changes the tests notice (an hour or two)"
	@echo "make ensembles  set up and count leaky tubes a second, beside other simulators (benchmarks/README.md)"
	@echo "make lint    set up and run the linters"
	@echo "make docs    set up and build the documentation site into docs/_build/html"
	@echo "make figures set up, run every command whose output stands in the pages, and write it there (NAMES=\"leak schemes\": those)"
	@echo "make truth   set up and print every prediction beside the published measurement; writes docs/experiments.md"
	@echo "make format  let ruff write the code as the linters want it"

setup: $(UV)
	@mkdir -p "$$HOME"
	"$(UV)" sync --locked
	@$(RUN) python -m dsd_ncrn.simulate.precompile

# --target leaves Python's own packages alone, also where they are managed by the system.
$(CURDIR)/.tools/uv/bin/uv:
	$(PYTHON) -m pip install --quiet --target "$(CURDIR)/.tools/uv" uv

# Running needs no tools of developers; what is there already stays.
demo: $(UV)
	@mkdir -p "$$HOME"
	"$(UV)" sync --locked --inexact --no-default-groups --group design
	$(RUN) dsd-ncrn run designs/linreg2d_bench.toml -o runs/linreg2d_bench

test: setup
	$(RUN) pytest -n 2 --dist loadfile -m "not slow"

# Whole runs, killed and repeated ones, and every command of the pages; one by one, so that both processors end at the same time.
test-slow: setup robots
	$(RUN) pytest -n 2 --dist loadgroup -m slow

# The makers' simulator of liquid handlers wants an older numpy and pydantic than ours: it has an environment of its own.
robots: $(UV)
	@test -x .tools/opentrons/bin/opentrons_simulate || { "$(UV)" venv --quiet --python 3.11 .tools/opentrons \
		&& "$(UV)" pip install --quiet --python .tools/opentrons/bin/python opentrons==9.0.0 numpy==1.26.4; }

# A hundred thousand random inputs to every parser.
fuzz: setup
	$(RUN) python tests/fuzzing.py 100000

coverage: setup
	rm -f .coverage .coverage.*
	$(RUN) pytest -n 2 --dist loadfile --cov --cov-report=
	NUMBA_DISABLE_JIT=1 $(RUN) pytest -n 2 --dist loadfile --cov --cov-append --cov-report= -W ignore::RuntimeWarning \
		$(COMPILED) -k "not tube and not topping_up and not carries and not meanwhile and not network"
	$(RUN) coverage report

# Threads of libraries would not survive the forks of the runner.
mutants: setup
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(RUN) python -m mutants --page

ensembles: setup
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(RUN) python benchmarks/ensembles.py

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) basedpyright
	$(RUN) lint-imports

docs: setup
	$(RUN) python -m docs.pages
	$(RUN) sphinx-build -W --keep-going -q -b html docs docs/_build/html

# Hours, all of them: docs/figures.toml has the commands, docs/figures.json what they said, when and at which commit.
figures: setup
	$(RUN) python -m docs.figures $(NAMES)

# Seconds; constants themselves are fitted by python -m truth.fit.
truth: setup
	$(RUN) python -m truth

format: setup
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

clean:
	rm -rf .tools .venv
