"""Writes python/trtlike/_trtlike.pyi from the compiled module.

python scripts/make_stubs.py [OUT]
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

STUB = Path(__file__).parent.parent / "python" / "trtlike" / "_trtlike.pyi"
HEADER = "# Written by scripts/make_stubs.py from the compiled module.\n"
# What the module converts implicitly, and what Python users write.
ACCEPTED = {
    "Dims": "Dims | collections.abc.Sequence[int]",
    "Permutation": "Permutation | collections.abc.Sequence[int]",
    "Weights": "Weights | numpy.ndarray",
    "typing.SupportsFloat | typing.SupportsIndex": "float",
    "typing.SupportsInt | typing.SupportsIndex": "int",
}


def widen_arguments(text: str) -> str:
    """Arguments (not results) of these types also take what converts to them."""
    for narrow, wide in ACCEPTED.items():
        pattern = rf"(?<=: ){re.escape(narrow)}(?=( \| None)?([,)]| = ))"
        text = re.sub(pattern, wide, text)
    return text


def make_stub() -> str:
    """The stub's text."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pybind11_stubgen", "trtlike._trtlike", "-o", folder]
        command += ["--enum-class-locations", ".*:trtlike._trtlike", "--ignore-all-errors"]
        subprocess.run(command, check=True, capture_output=True)
        text = (Path(folder) / "trtlike" / "_trtlike.pyi").read_text()
    text = text.replace("trtlike._trtlike.", "")
    # Methods that are Python functions: their first argument is the object.
    owner = r"thing|builder|config|context|engine|network"
    text = re.sub(rf"@staticmethod\n    def (\w+)\((?:{owner}): [^,)]+", r"def \1(self", text)
    text = re.sub(r"(?<=[\[ ])Severity\b(?=[,) =.])", "ILogger.Severity", text)
    # What says that a name is missing is no promise of any name.
    text = re.sub(r"    def __getattr__\(.*\n(        .*\n)*", "", text)
    buffer = "class IHostMemory:\n"
    text = text.replace(
        buffer, buffer + "    def __buffer__(self, flags: int) -> memoryview: ...\n"
    )
    return HEADER + widen_arguments(text)


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else STUB
    out.write_text(make_stub())
