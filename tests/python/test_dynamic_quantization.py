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


def one_node(op, order, inputs, weights, outputs, unread=(), **attributes) -> bytes:
    """Of com.microsoft, with its operands in this order; absent ones are ""."""
    outs = [*outputs, *unread]
    node = oh.make_node(op, order, outs, domain="com.microsoft", name="it", **attributes)
    graph = oh.make_graph(
        [node],
        "g",
        [
            oh.make_tensor_value_info(n, oh.np_dtype_to_tensor_dtype(x.dtype), x.shape)
            for n, x in inputs.items()
        ],
        [oh.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [nh.from_array(w, n) for n, w in weights.items()],
    )
    opsets = [oh.make_opsetid("", 17), oh.make_opsetid("com.microsoft", 1)]
    model = oh.make_model(graph, opset_imports=opsets)
    model.ir_version = 8
    return model.SerializeToString()


def compare(model: bytes, feeds: dict, tolerance: float) -> None:
    expected = onnxruntime_outputs(model, feeds)
    for level in (0, 3):
        got = load(build_plan(model, level=level)).create_execution_context().infer(feeds)
        for name, want in expected.items():
            scale = np.abs(want).max()
            np.testing.assert_allclose(got[name], want, rtol=0, atol=tolerance * scale)


def some_bytes(random, shape, dtype=np.int8) -> np.ndarray:
    info = np.iinfo(dtype)
    return random.integers(info.min, info.max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("b_type", [np.int8, np.uint8])
@pytest.mark.parametrize("per_column", [False, True])
def test_products_that_end_in_floats(b_type, per_column):
    random = np.random.default_rng(1)
    scales = random.uniform(0.01, 0.02, 33 if per_column else ()).astype(FLOAT)
    b = some_bytes(random, (40, 33), b_type)
    zero = some_bytes(random, scales.shape, b_type) if b_type == np.uint8 else None
    bias = random.standard_normal(33).astype(FLOAT)
    weights = {"b": b, "bs": scales, "zb": zero, "bias": bias}
    present = {n: np.asarray(w) for n, w in weights.items() if w is not None}
    x = random.standard_normal((2, 9, 40)).astype(FLOAT)
    names = ["b", "bs", "zb" if zero is not None else "", "bias"]
    model = one_node("DynamicQuantizeMatMul", ["x", *names], {"x": x}, present, ["y"])
    compare(model, {"x": x}, 1e-2)
    a, za = some_bytes(random, (2, 9, 40), np.uint8), np.array(77, np.uint8)
    weights = {**present, "as": np.array(0.03, FLOAT), "za": za}
    order = ["a", "b", "as", "bs", "za", "zb" if zero is not None else "", "bias"]
    model = one_node("MatMulIntegerToFloat", order, {"a": a}, weights, ["y"])
    compare(model, {"a": a}, 1e-5)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("per_channel", [False, True])
def test_lstm_with_weights_of_bytes(direction, per_channel):
    random = np.random.default_rng(2)
    directions, size, hidden = 2 if direction == "bidirectional" else 1, 12, 16
    scale_shape = (directions, 4 * hidden) if per_channel else (directions,)
    weights = {
        "w": some_bytes(random, (directions, size, 4 * hidden)),
        "r": some_bytes(random, (directions, hidden, 4 * hidden)),
        "b": random.standard_normal((directions, 8 * hidden)).astype(FLOAT),
        "ws": random.uniform(0.002, 0.004, scale_shape).astype(FLOAT),
        "wz": np.zeros(scale_shape, np.int8),
        "rs": random.uniform(0.002, 0.004, scale_shape).astype(FLOAT),
        "rz": np.zeros(scale_shape, np.int8),
    }
    order = ["x", "w", "r", "b", "", "", "", "", "ws", "wz", "rs", "rz"]
    x = random.standard_normal((7, 3, size)).astype(FLOAT)
    outputs = ["y", "y_h", "y_c"]
    model = one_node(
        "DynamicQuantizeLSTM",
        order,
        {"x": x},
        weights,
        outputs,
        hidden_size=hidden,
        direction=direction,
    )
    # ONNX Runtime rounds the input and the state to 255 steps.
    compare(model, {"x": x}, 2e-2)


def test_attention_with_weights_of_bytes():
    random = np.random.default_rng(3)
    weights = {
        "w": some_bytes(random, (32, 96)),
        "b": random.standard_normal(96).astype(FLOAT),
        "xs": np.array(0.02, FLOAT),
        "ws": np.array(0.003, FLOAT),
        "xz": np.array(120, np.uint8),
        "wz": np.array(0, np.int8),
    }
    x = some_bytes(random, (2, 5, 32), np.uint8)
    mask = np.array([5, 3], np.int32)
    order = ["x", "w", "b", "xs", "ws", "mask", "xz", "wz"]
    model = one_node("QAttention", order, {"x": x, "mask": mask}, weights, ["y"], num_heads=4)
    compare(model, {"x": x, "mask": mask}, 1e-4)


def test_embeddings_of_bytes():
    random = np.random.default_rng(4)
    tables = {"word": (50, 24), "position": (20, 24), "segment": (2, 24), "gamma": (24,)}
    weights = {n: some_bytes(random, shape, np.uint8) for n, shape in tables.items()}
    weights["beta"] = some_bytes(random, (24,), np.uint8)
    names = list(weights)
    for name in names:
        weights[name + "_scale"] = np.array(random.uniform(0.01, 0.02), FLOAT)
        weights[name + "_zero"] = np.array(random.integers(100, 150), np.uint8)
    ids = random.integers(0, 50, (2, 7)).astype(np.int32)
    segments = random.integers(0, 2, (2, 7)).astype(np.int32)
    scales, zeros = [n + "_scale" for n in names], [n + "_zero" for n in names]
    model = one_node(
        "QEmbedLayerNormalization",
        ["ids", "segments", *names, "", *scales, *zeros],
        {"ids": ids, "segments": segments},
        weights,
        ["y"],
        unread=["m"],
    )
    compare(model, {"ids": ids, "segments": segments}, 1e-4)
