"""Checks the objects that are compiled with flags of an instruction set: only constant tables may
be seen from outside, so that nothing of them runs before the CPU was asked.

A weak symbol may be the copy that the linker keeps for everyone, an exported function may be called
by anyone, and a static initializer runs in any case.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

_FLAG = re.compile(r"-m(avx|fma|f16c|sse[34]|ssse3|bmi|amx|arch=|tune=)")
# Types of nm: constants, in memory that is read-only from the start or after relocation.
_ALLOWED = {"D", "R"}
_INITIALIZER = re.compile(r"^(_GLOBAL__sub_I_|_Z41__static_initialization_and_destruction)")


def faults(object_file: Path) -> list[str]:
    """What the object exports, or runs at load, that it must not."""
    lines = subprocess.run(
        ["nm", "--defined-only", "--format=posix", str(object_file)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    if not lines:
        return [f"{object_file}: expected symbols, got none"]
    found = []
    for line in lines:
        name, kind = line.split()[:2]
        if _INITIALIZER.match(name):
            found.append(f"{object_file}: {name} runs at load")
        elif kind in "uvw" or not (kind.islower() or kind in _ALLOWED):
            found.append(f"{object_file}: exports {name} (nm says '{kind}')")
    return found


def flagged_objects(build: Path) -> list[Path]:
    """The objects of the build's library whose compilation names an instruction set."""
    objects = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        command = entry["command"].split()
        if any(_FLAG.match(word) for word in command):
            objects.append(Path(entry["directory"]) / entry["output"])
    return objects


def main(build: str) -> int:
    objects = flagged_objects(Path(build))
    if not objects:
        print(f"{build}: expected objects that are compiled for an instruction set, got none")
        return 1
    found = [fault for item in objects for fault in faults(item)]
    print("\n".join(found) or f"{len(objects)} objects export constant tables only")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
