#!/usr/bin/env bash
# Runs the build on emulated CPUs: what is compiled for an instruction set that a CPU lacks ends with a signal there.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
logs=$build/emulated
mkdir -p "$logs"
# OpenBLAS, within NumPy, takes an emulated Nehalem for a CPU with AVX2.
export OPENBLAS_CORETYPE=Nehalem
export TRTLIKE_TEST_EMULATED=1
# Threads that wait for each other are what emulation is slow at; the peaks are the machine's; fuzzing goes by the clock.
without='-Team*:Turns*:RealScheduler*:ThreadPool*:*Threads*:MeasurePeaks*:FuzzTargets*:RandomGraphs*:RandomProblems*'

run_on() {
  local cpu=$1 isa=$2
  local emulate=(qemu-x86_64 -cpu "$cpu")
  "${emulate[@]}" .venv/bin/python -c "
import trtlike
fingerprint = trtlike.cpu_fingerprint()
assert fingerprint.endswith(', $isa'), f'expected a CPU with $isa, got {fingerprint}'"
  "${emulate[@]}" .venv/bin/python -m trtlike.demo --level 1 --runs 2
  "${emulate[@]}" "$build/tests/cpp/trtlike_tests" --gtest_brief=1 --gtest_filter="$without"
}

# A CPU without SSE4.1 is refused in a sentence.
refuses_old() {
  ! qemu-x86_64 -cpu core2duo .venv/bin/python -c 'import trtlike' 2>&1 | tee "$logs/core2duo.log" >/dev/null
  grep -q 'ImportError: \[core\] CPU: expected SSE4.1' "$logs/core2duo.log"
}

declare -A jobs
run_on Nehalem portable >"$logs/Nehalem.log" 2>&1 & jobs[Nehalem]=$!
run_on Haswell avx2 >"$logs/Haswell.log" 2>&1 & jobs[Haswell]=$!
refuses_old & jobs[core2duo]=$!
failed=0
for cpu in core2duo Nehalem Haswell; do
  if wait "${jobs[$cpu]}"; then
    echo "$cpu: passed"
  else
    failed=1
    echo "$cpu: FAILED"
    tail -n 40 "$logs/$cpu.log"
  fi
done
exit "$failed"
