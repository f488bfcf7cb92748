"""What onnxruntime.quantization.quantize_dynamic writes computes on integers, with zero points that
the run finds, and gives ONNX Runtime's numbers."""

import numpy as np
import onnx
import pytest
from conftest import build_plan, load, onnxruntime_outputs
from onnx import TensorProto
from onnx import helper as oh
from onnx import numpy_helper as nh
from onnxruntime.quantization import QuantType, quantize_dynamic

FLOAT = np.float32


def two_layers(depth: int, hidden: int, outputs: int) -> onnx.ModelProto:
    random = np.random.default_rng(depth)
    weights = []
    for i, (rows, columns) in enumerate([(depth, hidden), (hidden, outputs)]):
        w = random.standard_normal((rows, columns)) / np.sqrt(rows)
        weights.append(nh.from_array(w.astype(FLOAT), f"w{i}"))
        weights.append(nh.from_array(random.standard_normal(columns).astype(FLOAT), f"b{i}"))
    nodes = [
        oh.make_node("MatMul", ["x", "w0"], ["m0"], name="first"),
        oh.make_node("Add", ["m0", "b0"], ["a0"]),
        oh.make_node("Relu", ["a0"], ["r0"]),
        oh.make_node("MatMul", ["r0", "w1"], ["m1"], name="second"),
        oh.make_node("Add", ["m1", "b1"], ["y"]),
    ]
    x = oh.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", "rows", depth])
    y = oh.make_tensor_value_info("y", TensorProto.FLOAT, None)
    model = oh.make_model(
        oh.make_graph(nodes, "g", [x], [y], weights), opset_imports=[oh.make_opsetid("", 17)]
    )
    model.ir_version = 8
    return model


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("per_channel", [False, True], ids=["per tensor", "per channel"])
@pytest.mark.parametrize("weight_type", [QuantType.QInt8, QuantType.QUInt8])
def test_gives_the_numbers_of_onnxruntime(weight_type, per_channel, level, tmp_path):
    source, target = tmp_path / "float.onnx", tmp_path / "quantized.onnx"
    onnx.save(two_layers(77, 130, 33), source)
    quantize_dynamic(source, target, weight_type=weight_type, per_channel=per_channel)
    model = target.read_bytes()
    assert "MatMulInteger" in {node.op_type for node in onnx.load(target).graph.node}
    profile = {"x": ((1, 1, 77), (1, 50, 77), (3, 60, 77))}
    engine = load(build_plan(model, [profile], level=level))
    context = engine.create_execution_context()
    for seed, shape in enumerate([(1, 50, 77), (3, 7, 77), (1, 1, 77), (2, 60, 77)]):
        feeds = {"x": (np.random.default_rng(seed).standard_normal(shape) * 3).astype(FLOAT)}
        expected = onnxruntime_outputs(model, feeds)["y"]
        got = context.infer(feeds)["y"]
        # A number next to the middle of two steps may be rounded to either.
        step = np.abs(expected).max() / 255
        assert np.abs(got - expected).max() <= step
        assert np.mean(np.abs(got - expected) > 1e-4) < 0.05


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("a_type", [np.uint8, np.int8])
@pytest.mark.parametrize("b_type", [np.uint8, np.int8])
def test_integer_products_are_exact_whatever_the_zero_points(a_type, b_type, level):
    random = np.random.default_rng(0)
    rows, depth, columns = 19, 2100, 70
    low, high = np.iinfo(b_type).min, np.iinfo(b_type).max
    b = random.integers(low, high, (depth, columns), b_type, endpoint=True)
    a_info = np.iinfo(a_type)
    forms = [(), (rows,)] if level else [()]
    for a_zeros in forms:
        for b_zeros in [None, (), (columns,)]:
            inits = [nh.from_array(b, "b")]
            inputs = ["a", "b", "za"]
            if b_zeros is not None:
                zb = random.integers(low, high, b_zeros, b_type, endpoint=True)
                inits.append(nh.from_array(np.asarray(zb, b_type), "zb"))
                inputs.append("zb")
            else:
                zb = np.zeros((), b_type)
            element = oh.np_dtype_to_tensor_dtype(np.dtype(a_type))
            graph = oh.make_graph(
                [oh.make_node("MatMulInteger", inputs, ["y"])],
                "g",
                [
                    oh.make_tensor_value_info("a", element, [rows, depth]),
                    oh.make_tensor_value_info("za", element, a_zeros),
                ],
                [oh.make_tensor_value_info("y", TensorProto.INT32, None)],
                inits,
            )
            model = oh.make_model(graph, opset_imports=[oh.make_opsetid("", 17)])
            context = load(
                build_plan(model.SerializeToString(), level=level)
            ).create_execution_context()
            for extreme in (False, True):
                a = random.integers(a_info.min, a_info.max, (rows, depth), a_type, endpoint=True)
                if extreme:
                    a[:] = a_info.max
                za = random.integers(a_info.min, a_info.max, a_zeros, a_type, endpoint=True)
                za = np.asarray(za, a_type)
                left = a.astype(np.int64) - (za[:, None] if za.ndim else za).astype(np.int64)
                expected = left @ (b.astype(np.int64) - np.asarray(zb).astype(np.int64))
                got = context.infer({"a": a, "za": za})["y"]
                np.testing.assert_array_equal(got, expected.astype(np.int32))
