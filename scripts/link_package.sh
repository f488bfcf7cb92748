#!/usr/bin/env bash
# Makes `import trtlike` and the commands `trtlike` and `trtexec` work in .venv from this checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$PWD/python" > "$site/trtlike-checkout.pth"
for command in trtlike:trtlike.cli trtexec:trtlike.trtexec; do
  printf '#!%s\nimport sys\n\nfrom %s import main\n\nsys.exit(main())\n' "$PWD/.venv/bin/python" "${command#*:}" > ".venv/bin/${command%%:*}"
  chmod +x ".venv/bin/${command%%:*}"
done
