"""The check of objects that are compiled for an instruction set finds what it looks for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_objects.py"


def check(folder: Path, source: str, flags: list[str]) -> subprocess.CompletedProcess:
    (folder / "x.cpp").write_text(source)
    command = ["g++", "-std=c++20", "-O1", *flags, "-o", str(folder / "x.o"), "-c", "x.cpp"]
    subprocess.run(command, cwd=folder, check=True)
    entry = {"directory": str(folder), "command": " ".join(command), "output": "x.o"}
    (folder / "compile_commands.json").write_text(json.dumps([entry]))
    return subprocess.run(
        [sys.executable, SCRIPT, str(folder)], capture_output=True, text=True, check=False
    )


TABLE = "struct T { void (*run)(); };\nextern const T table;\nnamespace { void run() {} }\n"


def test_constant_tables_pass(tmp_path):
    result = check(tmp_path, TABLE + "constinit const T table{run};", ["-mavx2"])
    assert result.returncode == 0, result.stdout
    assert "1 objects" in result.stdout


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("#include <vector>\nextern const std::size_t n;\nvoid f(std::vector<int>& v)"
         " { v.push_back(1); }", "exports _Z"),
        ("inline int __attribute__((noinline)) f() { return 1; }\nnamespace { int g() "
         "{ return f(); } }\nextern int (*const p)();\nint (*const p)() = g;", "exports _Z1fv"),
        ("int f() { return 1; }", "exports _Z1fv"),
        ("int f();\nextern const int n;\nconst int n = f();", "runs at load"),
    ],
)  # fmt: skip
def test_code_that_others_may_reach_is_named(tmp_path, source, says):
    result = check(tmp_path, source, ["-mavx512f"])
    assert result.returncode == 1
    assert says in result.stdout


def test_a_build_without_such_objects_fails(tmp_path):
    result = check(tmp_path, "int f() { return 1; }", [])
    assert result.returncode == 1
    assert "got none" in result.stdout
