"""Casts round, wrap and truncate at every level, whatever is fused around them, against numpy."""

import itertools

import ml_dtypes
import numpy as np
import onnx
import pytest
from conftest import build_plan, load
from onnx import TensorProto, helper

import trtlike as trt

TYPES = {
    TensorProto.FLOAT: np.float32,
    TensorProto.FLOAT16: np.float16,
    TensorProto.BFLOAT16: ml_dtypes.bfloat16,
    TensorProto.INT64: np.int64,
    TensorProto.INT32: np.int32,
    TensorProto.INT8: np.int8,
    TensorProto.BOOL: np.bool_,
}
NARROW = (TensorProto.FLOAT16, TensorProto.BFLOAT16)
# Ties, what is tiny, what overflows, and both signs.
FLOATS = np.array(
    [
        *(1e-12, 6e-8, 0.1, -0.3, 1.9, -1.9, 2049.3, 2049, 2051, -0.0, 0, 123456.7, 65519, 65520),
        *(-7e4, 1.00390625, 1.01171875, 3.3895e38, 16777217, 100.5, -100.5),
    ],
    np.float32,
)
# Those that every integer type holds.
SMALL = np.array([0.0, -0.0, 0.5, -0.5, 1.9, -1.9, 2.5, -3.5, 100.7, -100.7, 126.9, 64, 7, 1e-9])


def cast_model(chain, between, shape) -> bytes:
    nodes, x = [], "x"
    for i, to in enumerate(chain):
        nodes.append(helper.make_node("Cast", [x], [f"c{i}"], to=to))
        x = f"c{i}"
        if between == "reshape":
            nodes.append(helper.make_node("Unsqueeze", [x, "axis"], [f"u{i}"]))
            nodes.append(helper.make_node("Squeeze", [f"u{i}", "axis"], [f"s{i}"]))
            x = f"s{i}"
        elif between == "negative" and TYPES[to] in (np.float32, np.float16):
            nodes.append(helper.make_node("Neg", [x], [f"n{i}"]))
            x = f"n{i}"
    nodes.append(helper.make_node("Cast", [x], ["y"], to=TensorProto.FLOAT))
    graph = helper.make_graph(
        nodes,
        "casts",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(np.array([1]), "axis")],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def expected_of(chain, between, x):
    with np.errstate(all="ignore"):
        for to in chain:
            x = x.astype(TYPES[to])
            if between == "negative" and TYPES[to] in (np.float32, np.float16):
                x = -x
        return x.astype(np.float32)


def chains(length):
    for chain in itertools.product(TYPES, repeat=length):
        yield chain, SMALL.astype(np.float32)
        if all(to in (TensorProto.FLOAT, *NARROW) for to in chain):
            yield chain, FLOATS


def check(chain, between, x, level, flags=()):
    plan = build_plan(cast_model(chain, between, x.shape), level=level, flags=flags)
    got = load(plan).create_execution_context().infer({"x": x})["y"]
    names = [helper.tensor_dtype_to_string(to) for to in chain]
    expected = expected_of(chain, between, x)
    np.testing.assert_array_equal(got, expected, f"{names} {between} {x} at level {level}")


@pytest.mark.parametrize("level", (0, 1, 3, 5))
def test_chains_of_casts_give_what_numpy_gives(level):
    count = 0
    for length in (1, 2):
        for chain, x in chains(length):
            check(chain, "nothing", x, level)
            count += 1
    assert count > len(TYPES) ** 2


@pytest.mark.parametrize("between", ("reshape", "negative"))
def test_chains_of_casts_with_layers_between_give_what_numpy_gives(between):
    for chain, x in chains(2):
        check(chain, between, x, level=3)


@pytest.mark.parametrize("to", NARROW)
@pytest.mark.parametrize("flag", (trt.BuilderFlag.FP16, trt.BuilderFlag.BF16))
def test_casts_round_under_any_flag(to, flag):
    if flag == trt.BuilderFlag.BF16 and to == TensorProto.FLOAT16:
        pytest.skip("the flag lets halves be computed on as bfloat16")
    check((to,), "nothing", FLOATS, level=3, flags=[flag])


def step_model(op, weights) -> bytes:
    """A product or convolution of halves, and the largest of its results."""
    nodes = [
        helper.make_node(op, ["x", "w"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["kept"]),
        helper.make_node("ReduceMax", ["kept"], ["most"], axes=[-1], keepdims=1),
        helper.make_node("Cast", ["most"], ["y"], to=TensorProto.FLOAT),
    ]
    shape = [4, 64] if op == "MatMul" else [1, 64, 5, 5]
    graph = helper.make_graph(
        nodes,
        "steps",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT16, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(weights, "w")],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


@pytest.mark.parametrize("level", (0, 1, 3, 5))
@pytest.mark.parametrize("op", ("MatMul", "Conv"))
def test_what_is_declared_half_between_steps_is_half(op, level):
    shape = (64, 32) if op == "MatMul" else (32, 64, 1, 1)
    engine = load(build_plan(step_model(op, np.full(shape, 100, np.float16)), level=level))
    context = engine.create_execution_context()
    x = np.zeros(engine.get_tensor_shape("x"), np.float16)
    for value, sums in ((10, 64000), (100, np.inf), (0.333, 2132)):
        x.fill(value)
        np.testing.assert_array_equal(context.infer({"x": x})["y"], np.float32(sums))


@pytest.mark.long
@pytest.mark.parametrize("between", ("nothing", "reshape", "negative"))
@pytest.mark.parametrize("level", (0, 1, 2, 3, 4, 5))
def test_longer_chains_of_casts_give_what_numpy_gives(level, between):
    for chain, x in chains(3):
        check(chain, between, x, level)
