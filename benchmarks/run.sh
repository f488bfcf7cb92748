#!/usr/bin/env bash
# Installs the peers into .venv-peers and times them beside trtlike.
#   make bench                                          every well-known topology, 2 threads
#   make bench MODELS="resnet50 my.onnx" THREADS=1,2 ROUNDS=12 BUSY=1 ENGINES=openvino,trtlike
#   make bench README=README.md                         and replace the README's section
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=$(sha256sum < benchmarks/requirements.txt)
if [ "$(cat .venv-peers/installed 2>/dev/null || true)" != "$wanted" ]; then
  echo "Installing the packages of benchmarks/requirements.txt into .venv-peers (about 3 GB with PyTorch)"
  [ -x .venv-peers/bin/python ] || .venv/bin/python -m venv .venv-peers
  .venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
  site=$(.venv-peers/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  echo "$PWD/python" > "$site/trtlike-checkout.pth"
  echo "$wanted" > .venv-peers/installed
fi
words=()
command="make bench"
for name in MODELS THREADS ROUNDS ENGINES BUSY; do
  value=${!name:-}
  [ -n "$value" ] || continue
  case "$value" in *" "*) command+=" $name=\"$value\"" ;; *) command+=" $name=$value" ;; esac
  case $name in
    # shellcheck disable=SC2206
    MODELS) words+=($value) ;;
    BUSY) words+=(--busy) ;;
    *) words+=("--${name,,}" "$value") ;;
  esac
done
[ -z "${README:-}" ] || words+=(--readme "$README")
exec .venv-peers/bin/python -m benchmarks "${words[@]}" --command "$command"
