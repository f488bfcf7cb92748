"""Every element type is computed as itself: DOUBLE in double, integers with their own wrap. The
oracle is numpy, and onnx's reference evaluator where numpy has no function of the kind."""

import math
import sys

import ml_dtypes
import numpy as np
import onnx
import pytest
from conftest import ListLogger, build_plan, load
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import trtlike as trt

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOATS = ("float16", "float32", "float64")
LEVELS = (0, 3)


def onnx_type(dtype) -> int:
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


class Graph:
    """A model that collects nodes; every one of them is an output."""

    def __init__(self, inputs: dict[str, np.ndarray]):
        self.inputs = inputs
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}

    def constant(self, array) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = np.asarray(array)
        return name

    def add(self, op: str, *inputs: str, **attributes) -> str:
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def model(self, opset: int = 18) -> onnx.ModelProto:
        outputs = [node.output[0] for node in self.nodes]
        graph = helper.make_graph(
            self.nodes,
            "types",
            [
                helper.make_tensor_value_info(name, onnx_type(array.dtype), array.shape)
                for name, array in self.inputs.items()
            ],
            [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs],
            [numpy_helper.from_array(array, name) for name, array in self.constants.items()],
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9
        )

    def run(self, level: int) -> dict[str, np.ndarray]:
        engine = load(build_plan(self.model().SerializeToString(), level=level))
        return engine.create_execution_context().infer(self.inputs)

    def evaluate(self) -> dict[str, np.ndarray]:
        model = self.model()
        names = [node.output[0] for node in self.nodes]
        with np.errstate(all="ignore"):
            return dict(zip(names, ReferenceEvaluator(model).run(None, self.inputs), strict=True))


def assert_same(got: np.ndarray, want: np.ndarray, what: str) -> None:
    want = np.asarray(want)
    assert got.dtype == want.dtype, f"{what}: {got.dtype} instead of {want.dtype}"
    assert got.shape == want.shape, f"{what}: {got.shape} instead of {want.shape}"
    if want.dtype.kind != "f":
        np.testing.assert_array_equal(got, want, err_msg=what)
        return
    tolerance = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-14}[want.dtype.name]
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance, err_msg=what)


def numbers(dtype: str, seed: int) -> np.ndarray:
    """Small numbers and, for integers, those around both ends of the range."""
    random = np.random.default_rng(seed)
    if dtype in FLOATS:
        return (random.standard_normal((4, 6)) * 3).astype(dtype)
    limits = np.iinfo(dtype)
    ends = [limits.min, limits.min + 1, limits.max, limits.max - 1, limits.max // 2, 0, 1, 2, 3]
    values = np.array(ends + ends + [5, 7, 11, 13, 100, 17], dtype)
    return random.permutation(values).reshape(4, 6)


def without_zeros(array: np.ndarray) -> np.ndarray:
    return np.where(array == 0, array.dtype.type(3), array)


def divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Toward zero, as ONNX Runtime divides integers."""
    if a.dtype.kind == "f":
        return a / b
    quotient = a // b
    return quotient + ((a % b != 0) & ((a < 0) != (b < 0))).astype(a.dtype)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_element_wise_operations_keep_their_type(dtype: str, level: int):
    a, b = numbers(dtype, 1), without_zeros(numbers(dtype, 2))
    graph = Graph({"a": a, "b": b})
    three = np.array(3, dtype)
    with np.errstate(all="ignore"):
        want = {
            graph.add("Add", "a", "b"): a + b,
            graph.add("Sub", "a", "b"): a - b,
            graph.add("Mul", "a", "b"): a * b,
            graph.add("Div", "a", "b"): divide(a, b),
            graph.add("Sub", "a", graph.constant(three)): a - three,
            graph.add("Max", "a", "b"): np.maximum(a, b),
            graph.add("Min", "a", "b"): np.minimum(a, b),
            graph.add("Equal", "a", "b"): a == b,
            graph.add("Less", "a", "b"): a < b,
            graph.add("GreaterOrEqual", "a", "b"): a >= b,
            graph.add("Abs", "a"): np.abs(a),
            graph.add("Sign", "a"): np.sign(a),
            graph.add("Pow", "b", graph.constant(np.array(2, dtype))): b * b,
        }
        want[graph.add("Where", "Less_8", "a", "b")] = np.where(a < b, a, b)
        want[graph.add("Clip", "a", graph.constant(three), graph.constant(three * 2))] = np.clip(
            a, three, three * 2
        )
        if dtype in INTEGERS:
            want[graph.add("Mod", "a", "b")] = np.mod(a, b)
        want[graph.add("Mod", "a", "b", fmod=1)] = np.fmod(a, b)
        if np.dtype(dtype).kind != "u":
            want[graph.add("Neg", "a")] = -a
    got = graph.run(level)
    for name, array in want.items():
        assert_same(got[name], array, f"{dtype} {name}")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_reductions_and_products_keep_their_type(dtype: str, level: int):
    a, b = numbers(dtype, 3), numbers(dtype, 4)
    graph = Graph({"a": a, "b": b})
    with np.errstate(all="ignore"):
        want = {
            graph.add("ReduceSum", "a", keepdims=0): a.sum(dtype=dtype),
            graph.add("ReduceProd", "a", graph.constant(np.array([1])), keepdims=0): a.prod(
                1, dtype=dtype
            ),
            graph.add("ReduceMax", "a", graph.constant(np.array([0])), keepdims=0): a.max(0),
            graph.add("ReduceMin", "a", graph.constant(np.array([0])), keepdims=0): a.min(0),
            graph.add("CumSum", "a", graph.constant(np.array(1))): np.cumsum(a, 1, dtype=dtype),
            graph.add("MatMul", "a", graph.constant(b.T.copy())): a @ b.T,
            graph.add("Einsum", "a", "b", equation="ij,kj->ik"): a @ b.T,
        }
    got = graph.run(level)
    for name, array in want.items():
        scaled = np.dtype(dtype).kind == "f" and not name.startswith("Reduce")
        scale = np.abs(a).sum() * np.abs(b).max() / 6 if scaled else 1
        assert_same(
            got[name] / scale if scaled else got[name],
            array / scale if scaled else array,
            f"{dtype} {name}",
        )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_what_only_moves_elements_moves_every_type(dtype: str, level: int):
    a, b = numbers(dtype, 5), numbers(dtype, 6)
    graph = Graph({"a": a, "b": b})
    indices = graph.constant(np.array([2, 0, -1]))
    graph.add("Concat", "a", "b", axis=1)
    graph.add("Transpose", "a", perm=[1, 0])
    graph.add("Gather", "a", indices, axis=1)
    graph.add("GatherElements", "a", graph.constant(np.array([[1, 0, 3, 2, 0, 1]])), axis=0)
    graph.add("Tile", "a", graph.constant(np.array([2, 1])))
    graph.add("Expand", "a", graph.constant(np.array([2, 4, 6])))
    graph.add("Pad", "a", graph.constant(np.array([1, 0, 0, 2])), graph.constant(b[0, 0]))
    graph.add("Reshape", "a", graph.constant(np.array([-1, 8])))
    graph.add("Slice", "a", *(graph.constant(np.array([v])) for v in (5, 0, 1, -2)))
    graph.add(
        "ScatterElements",
        "a",
        graph.constant(np.array([[1, 0, 2, 1, 0, 3]])),
        graph.constant(b[:1]),
        axis=0,
    )
    graph.add("Trilu", "a")
    graph.add(
        "ConstantOfShape",
        graph.constant(np.array([2, 3])),
        value=numpy_helper.from_array(a[:1, :1].reshape(1)),
    )
    got = graph.run(level)
    for name, array in graph.evaluate().items():
        assert_same(got[name], array, f"{dtype} {name}")


@pytest.mark.parametrize("level", LEVELS)
def test_double_functions_are_computed_in_double(level: int):
    a = np.random.default_rng(7).uniform(0.1, 2, (1, 2, 4, 4))
    graph = Graph({"a": a})
    erf = graph.add("Erf", "a")
    for op in ("Exp", "Log", "Sqrt", "Sin", "Tanh", "Sigmoid", "Reciprocal", "Softplus"):
        graph.add(op, "a")
    graph.add("Softmax", "a", axis=-1)
    graph.add("ReduceMean", "a", graph.constant(np.array([2, 3])))
    graph.add("ReduceLogSumExp", "a", graph.constant(np.array([1])))
    graph.add("Conv", "a", graph.constant(np.random.default_rng(8).standard_normal((3, 2, 2, 2))))
    graph.add("AveragePool", "a", kernel_shape=[2, 2])
    graph.add("MaxPool", "a", kernel_shape=[2, 2])
    scale = graph.constant(np.array([0.1, 0.3]))
    graph.add("InstanceNormalization", "a", scale, scale, epsilon=0.5)
    got, want = graph.run(level), graph.evaluate()
    # The evaluator's own goes by single precision.
    want[erf] = np.vectorize(math.erf)(a)
    for name, array in want.items():
        assert got[name].dtype == np.float64
        np.testing.assert_allclose(got[name], array, rtol=1e-12, atol=1e-12, err_msg=name)


def cast_values(source: str) -> np.ndarray:
    if source == "bool":
        return np.array([True, False, True])
    if source in INTEGERS:
        return numbers(source, 9).ravel()
    values = [0.0, -0.0, 1.5, -1.5, 99.9, 127.0, 2049.0, -100.2, 300.7, -200.5]
    return np.array(values, source)


def cast_by_numpy(values: np.ndarray, to: str) -> np.ndarray:
    """Through 64 bits, so that floats below 0 wrap in unsigned types wherever numpy runs."""
    with np.errstate(all="ignore"):
        if values.dtype.kind == "f" and to in INTEGERS:
            values = values.astype(np.int64)
        return values.astype(to)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("source", (*INTEGERS, *FLOATS, "bool"))
def test_casts_give_what_numpy_gives(source: str, level: int):
    values = cast_values(source)
    graph = Graph({"x": values})
    want = {}
    for to in (*INTEGERS, "float32", "float64", "bool"):
        want[graph.add("Cast", "x", to=onnx_type(to))] = cast_by_numpy(values, to)
    got = graph.run(level)
    for name, array in want.items():
        assert_same(got[name], array, f"{source} to {array.dtype}")


@pytest.mark.parametrize("level", LEVELS)
def test_a_double_between_other_types_keeps_its_digits(level: int):
    x = np.array([16777217, 1700000001, 2**53 - 1])
    graph = Graph({"x": x})
    double = graph.add("Cast", "x", to=onnx.TensorProto.DOUBLE)
    shifted = graph.add("Add", double, graph.constant(np.array(0.25)))
    back = graph.add("Sub", shifted, graph.constant(np.array(0.25)))
    integers = graph.add("Cast", back, to=onnx.TensorProto.INT64)
    np.testing.assert_array_equal(graph.run(level)[integers][:2], x[:2])


def test_double_rounds_to_half_once():
    # Just above the middle of two halves; a float between would land on the middle.
    x = np.array([1 + 2.0**-11 + 2.0**-40, 1 + 2.0**-11, 70000.0, 2.0**-25 * (1 + 2.0**-30)])
    graph = Graph({"x": x})
    half = graph.add("Cast", "x", to=onnx.TensorProto.FLOAT16)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(graph.run(0)[half], x.astype(np.float16))


@pytest.mark.parametrize(
    "dtype,member",
    [
        ("float64", "DOUBLE"),
        ("int16", "INT16"),
        ("uint16", "UINT16"),
        ("uint32", "UINT32"),
        ("uint64", "UINT64"),
    ],
)
def test_arrays_of_types_beyond_tensorrt_are_bound_in_place(dtype: str, member: str):
    x = numbers(dtype, 11) if dtype != "float64" else np.array([1e200, 1e-200])
    graph = Graph({"x": x})
    name = graph.add("Add", "x", "x")
    engine = load(build_plan(graph.model().SerializeToString()))
    declared = engine.get_tensor_dtype("x")
    assert declared.name == member and trt.nptype(declared) == x.dtype
    assert declared.itemsize == x.dtype.itemsize
    assert engine.get_tensor_dtype(name) == declared
    context = engine.create_execution_context()
    out = np.zeros_like(x)
    context.set_tensor_address("x", x)
    context.set_tensor_address(name, out)
    assert context.execute_async_v3(0)
    np.testing.assert_array_equal(out, x + x)


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, np.uint16])
def test_bfloat16_is_bound_as_such_or_by_its_bits(dtype):
    x = helper.make_tensor_value_info("x", TensorProto.BFLOAT16, [4])
    y = helper.make_tensor_value_info("y", TensorProto.BFLOAT16, [4])
    model = helper.make_model(
        helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "g", [x], [y]),
        opset_imports=[helper.make_opsetid("", 17)],
    )
    context = load(build_plan(model.SerializeToString())).create_execution_context()
    assert trt.nptype(context.engine.get_tensor_dtype("x")) == ml_dtypes.bfloat16
    given = np.array([1, -2.5, 0, np.inf], ml_dtypes.bfloat16).view(dtype)
    out = np.zeros(4, dtype)
    context.set_tensor_address("x", given)
    context.set_tensor_address("y", out)
    assert context.execute_async_v3(0)
    expected = np.array([-1, 2.5, 0, -np.inf], np.float32)
    np.testing.assert_array_equal(out.view(ml_dtypes.bfloat16).astype(np.float32), expected)
    inferred = context.infer({"x": given})["y"]
    assert inferred.dtype == ml_dtypes.bfloat16
    np.testing.assert_array_equal(inferred.astype(np.float32), expected)


def test_without_ml_dtypes_bfloat16_is_its_bits(monkeypatch):
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    assert trt.nptype(trt.bfloat16) == np.uint16


def test_weights_of_bfloat16_are_taken():
    weights = trt.Weights(np.array([1, 2, 3], ml_dtypes.bfloat16))
    assert weights.dtype == trt.bfloat16 and weights.nbytes == 6
    np.testing.assert_array_equal(weights.numpy().astype(np.float32), [1, 2, 3])


def test_what_cannot_be_computed_in_double_is_refused_by_name():
    x = np.ones((1, 1, 2, 2))
    graph = Graph({"x": x})
    scales = graph.constant(np.array([1, 1, 2, 2], np.float32))
    graph.add("Resize", "x", "", scales, mode="linear")
    log = ListLogger()
    network = trt.Builder(log).create_network()
    parser = trt.OnnxParser(network, log)
    assert not parser.parse(graph.model().SerializeToString())
    text = parser.get_error(0).desc()
    assert "Resize" in text and "got DOUBLE" in text
