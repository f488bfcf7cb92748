"""Random models with regions and extents that data tell give what ONNX Runtime gives, for all data
in one context, at both ends of the optimization levels."""

import os

import numpy as np
import onnx
import pytest
from conftest import ListLogger, load
from random_region_graphs import MOST_ROWS, random_feeds, random_model

import trtlike as trt

QUICK, LONG = 240, 5000
FEEDS = 4


def session(model: bytes):
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def context_of(model: onnx.ModelProto, level: int, log: ListLogger):
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse(model.SerializeToString()), log.text
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    profile = builder.create_optimization_profile()
    for tensor in map(network.get_input, range(network.num_inputs)):
        if tensor.dtype == trt.float32:
            profile.set_shape(tensor.name, *((r, tensor.shape[1]) for r in (1, 5, MOST_ROWS)))
        elif tensor.is_shape_tensor:
            profile.set_shape_input(tensor.name, [0], [3], [6])
    config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    assert plan is not None, log.text
    return load(plan, log).create_execution_context()


def difference(got: dict, expected: dict) -> str:
    """The first output that is another; empty where all are the same."""
    for name, want in expected.items():
        if got[name].shape != want.shape:
            return f"{name}: expected shape {want.shape}, got {got[name].shape}"
        if not np.allclose(got[name], want, 1e-4, 1e-4, equal_nan=True):
            return f"{name}: expected {want.tolist()}, got {got[name].tolist()}"
    return ""


def check(seed: int, level: int) -> None:
    where = f"TRTLIKE_TEST_SEED={seed}, level {level}"
    model = random_model(seed)
    oracle = session(model.SerializeToString())
    names = [output.name for output in oracle.get_outputs()]

    def expected(feeds: dict, scale: float = 1) -> dict:
        moved = {k: v * np.float32(scale) if v.dtype == np.float32 else v for k, v in feeds.items()}
        return dict(zip(names, oracle.run(names, moved), strict=True))

    log = ListLogger()
    context = context_of(model, level, log)
    for number in range(FEEDS):
        feeds = random_feeds(model, FEEDS * seed + number)
        want = expected(feeds)
        try:
            got = context.infer(feeds)
        except RuntimeError as error:
            raise AssertionError(f"{where}, feed {number}: {log.text}") from error
        if found := difference(got, want):
            # Where a rounding of the inputs moves the oracle as far, neither is right.
            assert difference(expected(feeds, 1 + 1e-6), want), f"{where}, feed {number}: {found}"


def seeds(count: int):
    given = os.environ.get("TRTLIKE_TEST_SEED")
    return [int(given)] if given else range(count)


def test_random_regions_give_what_onnxruntime_gives():
    for seed in seeds(QUICK):
        check(seed, 3 if seed % 4 == 0 else 0)


@pytest.mark.long
@pytest.mark.parametrize("level", [0, 3])
def test_many_random_regions_give_what_onnxruntime_gives(level):
    for seed in seeds(LONG):
        check(seed, level)
