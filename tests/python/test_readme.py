"""The README's Python snippets and the examples of docstrings that stand alone."""

import doctest
import importlib
import re
import shutil
from pathlib import Path

import pytest

import trtlike

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize(
    "section",
    ["Scripts as they are", "PyTorch", "ONNX Runtime's session", "ONNX's backend interface"],
)
def test_snippets_of_the_readme_run(section, tmp_path, monkeypatch):
    if section == "PyTorch":
        pytest.importorskip("torch", reason="trtlike.torch: pip install trtlike[torch]")
        pytest.importorskip("onnxscript", reason="trtlike.torch: pip install trtlike[torch]")
    monkeypatch.chdir(tmp_path)
    shutil.copy(Path(trtlike.__file__).parent / "data" / "digits.onnx", "model.onnx")
    text = README.read_text().split(f"## {section}\n")[1].split("\n## ")[0]
    snippets = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert snippets
    for snippet in snippets:
        exec(compile(snippet, f"README, {section}", "exec"), {})


@pytest.mark.parametrize("module", ["trtlike.arrays", "trtlike.cuda", "trtlike.cudart"])
def test_examples_of_docstrings_give_what_they_say(module):
    outcome = doctest.testmod(importlib.import_module(module))
    assert outcome.attempted > 0 and outcome.failed == 0
