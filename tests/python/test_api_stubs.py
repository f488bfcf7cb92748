"""The committed stub is the module's."""

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


def test_the_stub_is_that_of_the_module(monkeypatch):
    pytest.importorskip("pybind11_stubgen")
    monkeypatch.syspath_prepend(str(SCRIPTS))
    make_stubs = __import__("make_stubs")
    assert make_stubs.STUB.read_text() == make_stubs.make_stub(), "run make stubs"
    sys.modules.pop("make_stubs")
