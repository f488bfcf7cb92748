#!/usr/bin/env bash
# Installs what a build needs on a Debian-like machine: system packages, then a virtual environment in .venv.
# Further system packages are named as arguments. Says what it installs, uses sudo only where it is not root, and does nothing that is done already.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ make cmake ninja-build git ccache python3 python3-venv python3-dev libtbb-dev libxbyak-dev libgtest-dev
  libgmock-dev libbenchmark-dev libeigen3-dev libprotobuf-dev protobuf-compiler libxxhash-dev nlohmann-json3-dev "$@")
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing system packages: ${missing[*]}"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
fi

python=${PYTHON:-python3}
if [ ! -x .venv/bin/python ]; then
  echo "Creating .venv with $($python --version)"
  "$python" -m venv .venv
fi
wanted=$(cat requirements.txt pyproject.toml | sha256sum)
if [ "$(cat .venv/installed 2>/dev/null || true)" != "$wanted" ]; then
  echo "Installing Python packages of requirements.txt into .venv"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
  echo "$wanted" > .venv/installed
fi
