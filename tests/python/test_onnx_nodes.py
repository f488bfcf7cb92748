"""ONNX's own backend tests: what is listed passes, the rest is refused by name and never wrong."""

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "onnx_nodes"
sys.path.insert(0, str(FOLDER))

import runner  # noqa: E402

CASES = runner.find_cases()
DEFAULT_LEVEL = 3
# The extents that align_corners counts with are whole in the operator's text and in ONNX Runtime;
# the published numbers count with the product of extent and scale.
DISPUTED = {
    "test_resize_downsample_scales_cubic_align_corners",
    "test_resize_downsample_scales_linear_align_corners",
}
PASSING = set((FOLDER / "passing.txt").read_text().split())


@pytest.mark.parametrize("name", sorted(PASSING))
def test_case_passes(name):
    assert runner.run(CASES[name]) == runner.Outcome("passes")


@pytest.mark.parametrize("name", sorted(PASSING))
def test_case_passes_at_the_default_level(name):
    assert runner.run(CASES[name], DEFAULT_LEVEL) == runner.Outcome("passes")


def test_what_is_not_listed_is_refused_and_never_wrong():
    outcomes = {name: runner.run(case) for name, case in CASES.items() if name not in PASSING}
    wrong = {name: outcome for name, outcome in outcomes.items() if outcome.kind == "wrong"}
    assert set(wrong) >= DISPUTED
    assert {name: outcome for name, outcome in wrong.items() if name not in DISPUTED} == {}
    assert [n for n, o in outcomes.items() if o.kind == "passes"] == [], "add them to passing.txt"
    assert [n for n, o in outcomes.items() if not o.reason] == []
