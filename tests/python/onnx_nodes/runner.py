"""Runs a case of ONNX's backend tests: parse, build, and compare with the published outputs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.test_case import TestCase
from onnx.backend.test.loader import load_model_tests

import trtlike as trt
from trtlike import onnx_backend

KINDS = ("node", "pytorch-operator", "pytorch-converted", "simple")
# Their numbers, each 0 or 1, come from numpy's generator.
_RANDOM = "test_bernoulli"
# The published numbers were formed in single precision: where 0 is right they say 1.9e-7.
_ROUNDED = {"test_dft_inverse": 2e-7, "test_dft_inverse_opset19": 2e-7}

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Outcome:
    """`kind` is "passes"; "refused", with the reason; "other type", where the numbers are right; or
    "wrong"."""

    kind: str
    reason: str = ""


def find_cases() -> dict[str, TestCase]:
    return {case.name: case for kind in KINDS for case in load_model_tests(kind=kind)}


def run(case: TestCase, level: int = 0) -> Outcome:
    model = _load(case)
    return _outcome(
        case, model, lambda: onnx_backend.prepare(model, builder_optimization_level=level)
    )


def run_dynamic(case: TestCase, level: int, span: onnx_backend.Span) -> Outcome:
    """The same where no extent of an input is known when the model is parsed."""
    model = _load(case)
    _forget_extents(model)
    return _outcome(case, model, lambda: _Spanning(model, level, span))


class _Spanning(onnx_backend.TrtlikeRep):
    def __init__(self, model: onnx.ModelProto, level: int, span: onnx_backend.Span):
        super().__init__(model, level)
        self._span = span

    def span(self, shape: onnx_backend.Shape):
        return self._span(shape)


def _load(case: TestCase) -> onnx.ModelProto:
    return onnx.load(Path(case.model_dir) / "model.onnx")


def _given(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    stored = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in stored]


def _forget_extents(model: onnx.ModelProto) -> None:
    """Every extent of an input becomes a name; those of other values are not told."""
    for value in _given(model):
        for i, dim in enumerate(value.type.tensor_type.shape.dim):
            dim.dim_param = f"{value.name}_{i}"
    for value in (*model.graph.output, *model.graph.value_info):
        if value.type.HasField("tensor_type"):
            value.type.tensor_type.ClearField("shape")


def _outcome(
    case: TestCase, model: onnx.ModelProto, prepare: Callable[[], onnx_backend.TrtlikeRep]
) -> Outcome:
    try:
        return _run(case, model, prepare)
    except trt.Error as refusal:
        return Outcome("refused", str(refusal))


def _run(
    case: TestCase, model: onnx.ModelProto, prepare: Callable[[], onnx_backend.TrtlikeRep]
) -> Outcome:
    folder = Path(case.model_dir)
    given = _given(model)
    outcome = Outcome("passes")
    backend = prepare()
    for data in sorted(folder.glob("test_data_set_*")):
        feeds = _read(data, "input", given)
        expected = _read(data, "output", [value for value in model.graph.output if value.name])
        got = backend.run(feeds)
        for name, array in expected.items():
            atol = 1.0 if case.name.startswith(_RANDOM) else _ROUNDED.get(case.name, case.atol)
            compared = _compare(got[name], array, case.rtol, atol)
            outcome = outcome if compared.kind == "passes" else compared
            if outcome.kind == "wrong":
                return Outcome("wrong", f"'{name}': {outcome.reason}")
    return outcome


def _read(folder: Path, prefix: str, values: list[onnx.ValueInfoProto]) -> dict[str, Any]:
    """Arrays, lists of arrays for sequences, None for optionals without an element."""
    return {
        value.name: _value(value.type, (folder / f"{prefix}_{i}.pb").read_bytes())
        for i, value in enumerate(values)
    }


def _value(kind: onnx.TypeProto, data: bytes) -> Any:
    if kind.HasField("sequence_type"):
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if kind.HasField("optional_type"):
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return numpy_helper.to_array(onnx.TensorProto.FromString(data))


def _compare(got: Any, expected: Any, rtol: float, atol: float) -> Outcome:
    if not isinstance(expected, list):
        return _compare_arrays(got, expected, rtol, atol)
    if len(got) != len(expected):
        return Outcome("wrong", f"{len(got)} elements instead of {len(expected)}")
    pairs = zip(got, expected, strict=True)
    outcomes = [_compare_arrays(*pair, rtol, atol) for pair in pairs]
    return next((each for each in outcomes if each.kind != "passes"), Outcome("passes"))


def _compare_arrays(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> Outcome:
    if got.shape != expected.shape:
        return Outcome("wrong", f"shape {got.shape} instead of {expected.shape}")
    wide = np.int64 if expected.dtype.kind in "iub" else np.float64
    try:
        np.testing.assert_allclose(got.astype(wide), expected.astype(wide), rtol=rtol, atol=atol)
    except AssertionError as difference:
        return Outcome("wrong", str(difference))
    if got.dtype != expected.dtype:
        return Outcome("other type", f"{got.dtype} instead of {expected.dtype}")
    return Outcome("passes")
