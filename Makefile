# One command for each thing, the same here and in CI.
PYTHON_ENV := .venv/bin
BUILD := build
JOBS ?= $(shell nproc)
# Without what runs other programs, and what depends on no kernel.
QUICK_PYTHON := tests/python --ignore tests/python/test_notebooks.py --ignore tests/python/test_benchmarks.py
THREAD_TESTS := Team*:Turns*:ThreadPool*:*Thread*:Stream*:ExecutionContext*:SteadyState*:DeferredPacking*:Measure*:Tuner*
# Edges finished of all, and the time that the rest will take.
export NINJA_STATUS ?= [%f/%t, %W left] 
export PATH := $(CURDIR)/$(PYTHON_ENV):$(PATH)

.PHONY: setup configure build demo test test-cpp test-python test-limited test-emulated sanitize sanitize-thread bench format lint tidy stubs wheel clean

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

test: build test-cpp test-python test-limited

test-cpp: build
	@cmake --build $(BUILD) -j $(JOBS)
	@ctest --test-dir $(BUILD) -L fast --no-tests=error --output-on-failure

test-python: build
	@python -m pytest

# The quick Python tests as on CPUs without AVX-512, and without AVX2.
test-limited: build
	@TRTLIKE_MAX_ISA=avx2 python -m pytest $(QUICK_PYTHON)
	@TRTLIKE_MAX_ISA=portable python -m pytest $(QUICK_PYTHON)

# Import, the demo and the C++ tests on CPUs of other years, emulated by Debian's qemu-user: what the limit cannot show is
# an instruction that the CPU does not have.
test-emulated: build
	@bash scripts/setup.sh qemu-user
	@cmake --build $(BUILD) -j $(JOBS)
	@bash scripts/test_emulated.sh $(BUILD)

# The C++ tests once more under AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize: setup
	@cmake -S . -B $(BUILD)-sanitize -G Ninja -DPython3_EXECUTABLE=$(CURDIR)/$(PYTHON_ENV)/python -DTRTLIKE_PYTHON=OFF \
	  -DTRTLIKE_SANITIZE=address,undefined --log-level=WARNING
	@cmake --build $(BUILD)-sanitize -j $(JOBS)
	@ASAN_OPTIONS=detect_leaks=1 ctest --test-dir $(BUILD)-sanitize -L fast --no-tests=error --output-on-failure

# Threads, streams and contexts under ThreadSanitizer.
sanitize-thread: setup
	@cmake -S . -B $(BUILD)-sanitize-thread -G Ninja -DPython3_EXECUTABLE=$(CURDIR)/$(PYTHON_ENV)/python \
	  -DTRTLIKE_PYTHON=OFF -DTRTLIKE_SANITIZE=thread --log-level=WARNING
	@cmake --build $(BUILD)-sanitize-thread -j $(JOBS) --target trtlike_tests
	@TSAN_OPTIONS=halt_on_error=1:suppressions=$(CURDIR)/tests/cpp/tsan.txt $(BUILD)-sanitize-thread/tests/cpp/trtlike_tests \
	  --gtest_filter='$(THREAD_TESTS)'

bench: build
	@bash benchmarks/run.sh

format: setup
	@git ls-files 'cpp/*.h' 'cpp/*.cpp' 'tests/*.h' 'tests/*.cpp' 'benchmarks/*.h' 'benchmarks/*.cpp' | xargs clang-format -i
	@ruff format python tests/python benchmarks scripts
	@ruff check --fix python tests/python benchmarks scripts

lint: setup
	@git ls-files 'cpp/*.h' 'cpp/*.cpp' 'tests/*.h' 'tests/*.cpp' 'benchmarks/*.h' 'benchmarks/*.cpp' | xargs clang-format --dry-run --Werror
	@ruff format --check python tests/python benchmarks scripts
	@ruff check python tests/python benchmarks scripts
	@mypy
	@python scripts/check_refusals.py

# clang-tidy on the C++ files that differ from origin/main; ALL=1 takes every file.
tidy: configure
	@bash scripts/tidy.sh

# Writes python/trtlike/_trtlike.pyi from the module.
stubs: build
	@python scripts/make_stubs.py

# In a folder that stays: a second wheel compiles what changed.
wheel: setup
	@CMAKE_BUILD_PARALLEL_LEVEL=$(JOBS) python -m pip wheel . -v --no-deps --no-build-isolation -w dist -C build-dir=$(BUILD)-wheel

clean:
	@rm -rf $(BUILD) $(BUILD)-sanitize $(BUILD)-sanitize-thread $(BUILD)-wheel dist python/trtlike/*.so python/trtlike/cuda/*.so
