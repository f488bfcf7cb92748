#!/usr/bin/env bash
# clang-tidy with the list of .clang-tidy over the C++ files that differ from BASE (default: origin/main, else main~1); ALL=1: every file.
set -euo pipefail
cd "$(dirname "$0")/.."
base=${BASE:-$(git rev-parse -q --verify origin/main || git rev-parse main~1)}
if [ -n "${ALL:-}" ]; then
  files=$(git ls-files 'cpp/*.cpp')
else
  files=$(git diff --name-only --diff-filter=d "$base" -- 'cpp/*.cpp')
fi
[ -x .venv/bin/clang-tidy ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check clang-tidy==18.1.8
[ -n "$files" ] || { echo "No C++ file differs from $base."; exit 0; }
echo "$files" | xargs -P "$(nproc)" -n 8 .venv/bin/clang-tidy -p build --quiet 2> >(grep -v 'warnings generated' >&2)
