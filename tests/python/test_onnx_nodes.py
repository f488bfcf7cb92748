"""ONNX's own backend tests: what is listed passes, the rest is refused by name and never wrong.
Where no extent is known when the model is parsed, what is listed passes or is refused."""

import sys
import zlib
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
# Shapes that engines are built for and timed at, around the shape that they are run with. Those
# away from the case are refused where its inputs must agree; the case's own are not.
RANGES = {
    "timed at the largest": lambda shape: (least(shape), larger(shape), larger(shape)),
    "timed at the least": lambda shape: (least(shape), least(shape), shape),
    "the shape alone": lambda shape: (shape, shape, shape),
}


def least(shape):
    return tuple(min(1, extent) for extent in shape)


def larger(shape):
    return tuple(2 * extent + 1 for extent in shape)


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


def count_passes(names, ranges, level):
    outcomes = {name: runner.run_dynamic(CASES[name], level, RANGES[ranges]) for name in names}
    passed = [name for name, outcome in outcomes.items() if outcome.kind == "passes"]
    others = {name: outcome for name, outcome in outcomes.items() if name not in passed}
    assert {n: o for n, o in others.items() if o.kind != "refused" or not o.reason} == {}
    assert {n: o for n, o in others.items() if "bug in trtlike" in o.reason} == {}
    return len(passed)


@pytest.mark.parametrize(("ranges", "share"), [*zip(RANGES, (0.78, 0.82, 0.93), strict=True)])
def test_a_tenth_without_known_extents_is_never_wrong(ranges, share):
    # By name, so that a new case does not choose all others anew.
    names = [name for name in sorted(PASSING) if zlib.crc32(name.encode()) % 10 == 0]
    assert len(names) > 150
    assert count_passes(names, ranges, DEFAULT_LEVEL) >= share * len(names)


def every(ranges, level, least_passes):
    is_quick = (ranges, level) == ("the shape alone", 0)
    marks = () if is_quick else pytest.mark.long
    return pytest.param(ranges, level, least_passes, marks=marks)


@pytest.mark.parametrize(
    ("ranges", "level", "least_passes"),
    [
        every(ranges, level, passes)
        for ranges, passes in zip(RANGES, (1390, 1396, 1616), strict=True)
        for level in (0, DEFAULT_LEVEL)
    ],
)
def test_cases_without_known_extents_are_never_wrong(ranges, level, least_passes):
    assert count_passes(sorted(PASSING), ranges, level) >= least_passes
