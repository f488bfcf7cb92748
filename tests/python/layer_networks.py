"""Networks of one layer: how the tests of layers build and run them, at level 0 and by default."""

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
from conftest import ListLogger, load

import trtlike as trt

Feeds = dict[str, np.ndarray]
Outputs = list[np.ndarray]
LEVELS = (0, 3)

TYPES = {
    np.dtype(np.float32): trt.float32,
    np.dtype(np.float16): trt.float16,
    np.dtype(np.int32): trt.int32,
    np.dtype(np.int64): trt.int64,
    np.dtype(np.int8): trt.int8,
    np.dtype(np.uint8): trt.uint8,
    np.dtype(np.bool_): trt.bool,
    np.dtype(ml_dtypes.bfloat16): trt.bfloat16,
}


def new_network(log: ListLogger | None = None) -> tuple[trt.Builder, trt.INetworkDefinition]:
    builder = trt.Builder(log or ListLogger())
    return builder, builder.create_network(0)


def add_inputs(network: trt.INetworkDefinition, feeds: Feeds) -> list[trt.ITensor]:
    return [network.add_input(name, TYPES[x.dtype], x.shape) for name, x in feeds.items()]


def constant(
    network: trt.INetworkDefinition, elements: Any, dtype: Any = np.float32
) -> trt.ITensor:
    array = np.ascontiguousarray(np.asarray(elements, dtype))
    return network.add_constant(array.shape, array).get_output(0)


def build(builder: trt.Builder, network: trt.INetworkDefinition, level: int) -> trt.IHostMemory:
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    return builder.build_serialized_network(network, config)


def run(
    add: Callable[..., Any],
    feeds: Feeds,
    level: int = 3,
    dtypes: tuple[trt.DataType, ...] = (),
) -> Outputs:
    """The outputs of the layer that `add(network, *inputs)` adds, or the tensors that it gives."""
    log = ListLogger()
    builder, network = new_network(log)
    added = add(network, *add_inputs(network, feeds))
    tensors = added if isinstance(added, list) else outputs_of(added)
    for i, tensor in enumerate(tensors):
        network.mark_output(tensor)
        if i < len(dtypes):
            tensor.dtype = dtypes[i]
    plan = build(builder, network, level)
    assert plan is not None, log.text
    context = load(plan).create_execution_context()
    results = context.infer(feeds)
    return [results[tensor.name] for tensor in tensors]


def outputs_of(layer: Any) -> list[trt.ITensor]:
    return [layer.get_output(i) for i in range(layer.num_outputs)]


def check(add: Callable[..., Any], feeds: Feeds, *expected: Any, tolerance: float = 1e-5) -> None:
    """Both levels give these numbers."""
    for level in LEVELS:
        got = run(add, feeds, level)
        assert len(got) == len(expected)
        for a, b in zip(got, expected, strict=True):
            wanted = np.asarray(b)
            assert a.shape == wanted.shape, level
            np.testing.assert_allclose(
                a.astype(np.float64), wanted.astype(np.float64), tolerance, tolerance, str(level)
            )


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return rng(seed).standard_normal(shape).astype(np.float32)
