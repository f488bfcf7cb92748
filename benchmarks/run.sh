#!/usr/bin/env bash
# Installs the peers into .venv-peers and times them beside trtlike, on MODELS (default: the demo's model).
#   make bench MODELS="resnet50.onnx bert.onnx" THREADS=2
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -x .venv-peers/bin/python ]; then
  echo "Installing the packages of benchmarks/requirements.txt into .venv-peers"
  .venv/bin/python -m venv .venv-peers
  .venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
fi
site=$(.venv-peers/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$PWD/python" > "$site/trtlike-checkout.pth"
# shellcheck disable=SC2086
exec .venv-peers/bin/python benchmarks/compare.py ${MODELS:-python/trtlike/data/digits.onnx} --threads "${THREADS:-2}"
