# One command for each thing, the same here and in CI.
PYTHON_ENV := .venv/bin
BUILD := build
JOBS ?= $(shell nproc)
# Edges finished of all, and the time that the rest will take.
export NINJA_STATUS ?= [%f/%t, %W left] 
export PATH := $(CURDIR)/$(PYTHON_ENV):$(PATH)

.PHONY: setup configure build demo test test-cpp test-python sanitize bench format lint tidy stubs wheel clean

setup:
	@bash scripts/setup.sh

configure: setup
	@cmake -S . -B $(BUILD) -G Ninja -DPython3_EXECUTABLE=$(CURDIR)/$(PYTHON_ENV)/python --log-level=WARNING

# The extension module goes beside the package, and the package into .venv by its folder: editing Python needs no build.
build: configure
	@cmake --build $(BUILD) -j $(JOBS) --target _trtlike
	@cp -u $(BUILD)/_trtlike*.so python/trtlike/
	@bash scripts/link_package.sh

demo: build
	@python -m trtlike.demo

test: build test-cpp test-python

test-cpp: build
	@cmake --build $(BUILD) -j $(JOBS)
	@ctest --test-dir $(BUILD) -L fast --no-tests=error --output-on-failure

test-python: build
	@python -m pytest

# The C++ tests once more under AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize: setup
	@cmake -S . -B $(BUILD)-sanitize -G Ninja -DPython3_EXECUTABLE=$(CURDIR)/$(PYTHON_ENV)/python -DTRTLIKE_PYTHON=OFF \
	  -DTRTLIKE_SANITIZE=address,undefined --log-level=WARNING
	@cmake --build $(BUILD)-sanitize -j $(JOBS)
	@ASAN_OPTIONS=detect_leaks=1 ctest --test-dir $(BUILD)-sanitize -L fast --no-tests=error --output-on-failure

bench: build
	@bash benchmarks/run.sh

format: setup
	@git ls-files 'cpp/*.h' 'cpp/*.cpp' 'tests/*.h' 'tests/*.cpp' 'benchmarks/*.cpp' | xargs clang-format -i
	@ruff format python tests/python benchmarks scripts
	@ruff check --fix python tests/python benchmarks scripts

lint: setup
	@git ls-files 'cpp/*.h' 'cpp/*.cpp' 'tests/*.h' 'tests/*.cpp' 'benchmarks/*.cpp' | xargs clang-format --dry-run --Werror
	@ruff format --check python tests/python benchmarks scripts
	@ruff check python tests/python benchmarks scripts
	@mypy

# clang-tidy on the C++ files that differ from origin/main; ALL=1 takes every file.
tidy: configure
	@bash scripts/tidy.sh

# Writes python/trtlike/_trtlike.pyi from the module.
stubs: build
	@python scripts/make_stubs.py

wheel: setup
	@python -m pip wheel . --no-deps --no-build-isolation -w dist

clean:
	@rm -rf $(BUILD) $(BUILD)-sanitize dist python/trtlike/*.so python/trtlike/cuda/*.so
