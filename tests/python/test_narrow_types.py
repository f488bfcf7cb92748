"""Numbers of 8 and less bits: stored, cast and scaled as onnx's reference evaluator does it."""

import ml_dtypes
import numpy as np
import pytest
from conftest import build_plan, load
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import trtlike as trt

TYPES = {
    "FLOAT8E4M3FN": ("FP8", ml_dtypes.float8_e4m3fn),
    "FLOAT8E5M2": ("FP8E5M2", ml_dtypes.float8_e5m2),
    "FLOAT8E4M3FNUZ": ("FP8E4M3FNUZ", ml_dtypes.float8_e4m3fnuz),
    "FLOAT8E5M2FNUZ": ("FP8E5M2FNUZ", ml_dtypes.float8_e5m2fnuz),
    "FLOAT4E2M1": ("FP4", ml_dtypes.float4_e2m1fn),
    "FLOAT8E8M0": ("E8M0", ml_dtypes.float8_e8m0fnu),
    "INT4": ("INT4", ml_dtypes.int4),
    "UINT4": ("UINT4", ml_dtypes.uint4),
    "INT2": ("INT2", ml_dtypes.int2),
    "UINT2": ("UINT2", ml_dtypes.uint2),
}
FLOATS = [name for name in TYPES if name.startswith("FLOAT") and name != "FLOAT8E8M0"]
INTEGERS = [name for name in TYPES if "INT" in name]
LEVELS = (0, 3)


def make_model(op: str, inputs: dict, outputs: dict, constants: dict, **attributes) -> bytes:
    value = helper.make_tensor_value_info
    node = helper.make_node(op, [*inputs, *constants], [*outputs], **attributes)
    graph = helper.make_graph(
        [node],
        "g",
        [value(name, *of) for name, of in inputs.items()],
        [value(name, *of) for name, of in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)])
    model.ir_version = 13
    return model.SerializeToString()


def run(model: bytes, feeds: dict[str, np.ndarray], level: int) -> dict[str, np.ndarray]:
    return load(build_plan(model, level=level)).create_execution_context().infer(feeds)


def numbers(count: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    spread = rng.standard_normal(count) * 2.0 ** rng.integers(-20, 20, count)
    near = rng.uniform(-8, 8, count)
    special = np.array([0, -0.0, 448, 464, 465, 57344, 6, 5, 0.25, 0.75, 240, -500, 1e9])
    return np.concatenate([spread, near, special]).astype(np.float32)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("saturate", [0, 1])
def test_floats_round_as_the_reference_does(name: str, saturate: int, level: int):
    x = numbers(100)
    to = getattr(TensorProto, name)
    model = make_model(
        "Cast",
        {"x": (TensorProto.FLOAT, x.shape)},
        {"y": (to, x.shape)},
        {},
        to=to,
        saturate=saturate,
    )
    got = run(model, {"x": x}, level)["y"]
    expected = ReferenceEvaluator(model).run(None, {"x": x})[0]
    assert got.dtype == TYPES[name][1]
    np.testing.assert_array_equal(got.astype(np.float32), expected.astype(np.float32))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", INTEGERS)
def test_integers_truncate_as_the_reference_does(name: str, level: int):
    low, high = ml_dtypes.iinfo(TYPES[name][1]).min, ml_dtypes.iinfo(TYPES[name][1]).max
    x = np.random.default_rng(0).uniform(low - 0.9, high + 0.9, 33).astype(np.float32)
    x = x.reshape(3, 11)
    to = getattr(TensorProto, name)
    model = make_model("Cast", {"x": (TensorProto.FLOAT, x.shape)}, {"y": (to, x.shape)}, {}, to=to)
    got = run(model, {"x": x}, level)["y"]
    expected = ReferenceEvaluator(model).run(None, {"x": x})[0]
    np.testing.assert_array_equal(got.astype(np.int32), expected.astype(np.int32))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("to", [TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16])
def test_every_code_converts_back(name: str, to: int, level: int):
    dtype = TYPES[name][1]
    bits = 2 if "INT2" in name else 4 if name in ("INT4", "UINT4", "FLOAT4E2M1") else 8
    codes = np.arange(1 << bits, dtype=np.uint8)
    if name in ("INT4", "INT2"):
        codes = ((codes ^ (1 << (bits - 1))) - (1 << (bits - 1))).astype(np.uint8)
    x = codes.view(dtype)
    source = getattr(TensorProto, name)
    model = make_model("Cast", {"x": (source, x.shape)}, {"y": (to, x.shape)}, {}, to=to)
    got = run(model, {"x": x}, level)["y"]
    wanted = {TensorProto.FLOAT: np.float32, TensorProto.FLOAT16: np.float16}
    with np.errstate(over="ignore"):
        expected = x.astype(np.float32).astype(wanted.get(to, ml_dtypes.bfloat16))
    np.testing.assert_array_equal(got.astype(np.float32), expected.astype(np.float32))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", [*FLOATS, *INTEGERS])
def test_scales_go_both_ways(name: str, level: int):
    dtype = TYPES[name][1]
    source = getattr(TensorProto, name)
    rng = np.random.default_rng(1)
    scale = rng.uniform(0.25, 2, 5).astype(np.float32)
    zero = np.zeros(5, dtype) if name in FLOATS else np.ones(5).astype(dtype)
    x = rng.uniform(-20, 20, (3, 5, 2)).astype(np.float32)
    constants = {"scale": scale, "zero": zero}
    down = make_model(
        "QuantizeLinear",
        {"x": (TensorProto.FLOAT, x.shape)},
        {"y": (source, x.shape)},
        constants,
        axis=1,
    )
    quantized = ReferenceEvaluator(down).run(None, {"x": x})[0]
    got = run(down, {"x": x}, level)["y"]
    np.testing.assert_array_equal(got.astype(np.float32), quantized.astype(np.float32))
    up = make_model(
        "DequantizeLinear",
        {"x": (source, x.shape)},
        {"y": (TensorProto.FLOAT, x.shape)},
        constants,
        axis=1,
    )
    expected = ReferenceEvaluator(up).run(None, {"x": quantized})[0]
    got = run(up, {"x": quantized}, level)["y"]
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_small_elements_lie_side_by_side_in_the_engines_memory():
    x = np.array([1, -2, 3, -4, 5], np.float32)
    model = make_model(
        "Cast",
        {"x": (TensorProto.FLOAT, x.shape)},
        {"y": (TensorProto.INT4, x.shape)},
        {},
        to=TensorProto.INT4,
    )
    engine = load(build_plan(model))
    assert engine.get_tensor_dtype("y") == trt.int4
    context = engine.create_execution_context()
    out = np.zeros(context.get_max_output_size("y"), np.uint8)
    context.set_tensor_address("x", x)
    context.set_tensor_address("y", out)
    assert context.execute_async_v3(0)
    assert out.tolist() == [0xE1, 0xC3, 0x05]


def test_arrays_of_another_type_are_refused_by_name():
    model = make_model(
        "Cast",
        {"x": (TensorProto.INT4, [4])},
        {"y": (TensorProto.FLOAT, [4])},
        {},
        to=TensorProto.FLOAT,
    )
    context = load(build_plan(model)).create_execution_context()
    with pytest.raises(TypeError, match=r"input 'x': expected an array of ml_dtypes\.int4"):
        context.infer({"x": np.zeros(4, np.int8)})
