"""Runs a case of ONNX's backend tests: parse, build, and compare with the published outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from conftest import ListLogger, load
from onnx import numpy_helper
from onnx.backend.test.case.test_case import TestCase
from onnx.backend.test.loader import load_model_tests

import trtlike as trt

KINDS = ("node", "pytorch-operator", "pytorch-converted", "simple")
# Refusals of elements or branches that would have to be known when the model is parsed.
_NEEDS_CONSTANTS = (
    "that are known when the model is parsed",
    "where no axes are given",
    "where the condition is computed",
)
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


class Refusal(Exception):
    """What the parser, the builder or the package cannot take, in its own words."""


def find_cases() -> dict[str, TestCase]:
    return {case.name: case for kind in KINDS for case in load_model_tests(kind=kind)}


def run(case: TestCase, level: int = 0) -> Outcome:
    try:
        return _run(case, level)
    except Refusal as refusal:
        return Outcome("refused", str(refusal))


def _run(case: TestCase, level: int) -> Outcome:
    folder = Path(case.model_dir)
    model = onnx.load(folder / "model.onnx")
    stored = {tensor.name for tensor in model.graph.initializer}
    given = [value for value in model.graph.input if value.name not in stored]
    outcome = Outcome("passes")
    for data in sorted(folder.glob("test_data_set_*")):
        feeds = _read(data, "input", given)
        expected = _read(data, "output", [value for value in model.graph.output if value.name])
        got = _infer(model, feeds, level)
        for name, array in expected.items():
            atol = 1.0 if case.name.startswith(_RANDOM) else _ROUNDED.get(case.name, case.atol)
            compared = _compare(got[name], array, case.rtol, atol)
            outcome = outcome if compared.kind == "passes" else compared
            if outcome.kind == "wrong":
                return Outcome("wrong", f"'{name}': {outcome.reason}")
    return outcome


def _read(folder: Path, prefix: str, values: list[onnx.ValueInfoProto]) -> dict[str, np.ndarray]:
    arrays = {}
    for i, value in enumerate(values):
        kind = value.type.WhichOneof("value")
        if kind != "tensor_type":
            raise Refusal(f"a {kind} is no tensor")
        tensor = onnx.TensorProto.FromString((folder / f"{prefix}_{i}.pb").read_bytes())
        arrays[value.name] = numpy_helper.to_array(tensor)
    return arrays


def _infer(model: onnx.ModelProto, feeds: Arrays, level: int) -> Arrays:
    """Outputs by name. Where the parser must know an input's elements (axes and the like, which
    these models take as inputs), all inputs but the first are stored as constants."""
    log = ListLogger()
    builder = trt.Builder(log)
    network, error = _parse(builder, model, log)
    needs_constants = any(reason in error for reason in _NEEDS_CONSTANTS)
    if (needs_constants or _has_floats_for_shapes(network)) and len(feeds) > 1:
        constants = list(feeds)[1:]
        network, error = _parse(builder, _with_constants(model, feeds, constants), log)
    if error:
        raise Refusal(error)
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    config.add_optimization_profile(_profile(builder, network, feeds))
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise Refusal(log.text)
    engine = load(plan, log)
    names = {engine.get_tensor_name(i) for i in range(engine.num_io_tensors)}
    context = engine.create_execution_context()
    return context.infer({name: feeds[name] for name in feeds if name in names})


def _has_floats_for_shapes(network: trt.INetworkDefinition) -> bool:
    """Profiles hold integers: scales and the like are none that an engine could be fed."""
    inputs = [network.get_input(i) for i in range(network.num_inputs)]
    floats = (trt.float32, trt.float16, trt.bfloat16)
    return any(tensor.is_shape_tensor and tensor.dtype in floats for tensor in inputs)


def _parse(
    builder: trt.Builder, model: onnx.ModelProto, log: ListLogger
) -> tuple[trt.INetworkDefinition, str]:
    network = builder.create_network()
    parser = trt.OnnxParser(network, log)
    parser.parse(model.SerializeToString())
    return network, "\n".join(parser.get_error(i).desc() for i in range(parser.num_errors))


def _with_constants(model: onnx.ModelProto, feeds: Arrays, names: list[str]) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.graph.initializer.extend(numpy_helper.from_array(feeds[name], name) for name in names)
    return copy


def _profile(
    builder: trt.Builder, network: trt.INetworkDefinition, feeds: Arrays
) -> trt.IOptimizationProfile:
    profile = builder.create_optimization_profile()
    for i in range(network.num_inputs):
        tensor = network.get_input(i)
        array = feeds[tensor.name]
        if tensor.is_shape_tensor:
            if array.dtype.kind not in "iu":
                raise Refusal(f"'{tensor.name}': shapes cannot be computed from {array.dtype}")
            profile.set_shape_input(tensor.name, *[array.ravel().tolist()] * 3)
        if -1 in tuple(tensor.shape):
            profile.set_shape(tensor.name, *[array.shape] * 3)
    return profile


def _compare(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> Outcome:
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
