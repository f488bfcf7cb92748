"""NaN and infinities give the same with every kernel, at every level; an index out of range ends
the run, and only that."""

import numpy as np
import onnx
import pytest
from conftest import ListLogger, build_plan, load, onnxruntime_outputs
from onnx import TensorProto
from onnx import helper as oh
from onnx import numpy_helper as nh

import trtlike as trt

FLOAT = np.float32
SPECIAL = np.array([np.nan, np.inf, -np.inf, 1e-40, -0.0, -3, 0, 5], FLOAT)
SOURCES = [None, trt.TacticSource.ONEDNN, trt.TacticSource.NATIVE]


def make_model(nodes, feeds, inits=None, opset=17) -> bytes:
    inputs = [
        oh.make_tensor_value_info(name, oh.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in feeds.items()
    ]
    weights = [nh.from_array(np.asarray(array), name) for name, array in (inits or {}).items()]
    output = oh.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = oh.make_graph(nodes, "g", inputs, [output], weights)
    model = oh.make_model(graph, opset_imports=[oh.make_opsetid("", opset)])
    model.ir_version = 8
    return model.SerializeToString()


def run(model: bytes, feeds, level: int = 3) -> np.ndarray:
    return load(build_plan(model, level=level)).create_execution_context().infer(feeds)["y"]


def assert_same_kinds(got: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(
    "node",
    [
        oh.make_node("Relu", ["x"], ["y"]),
        oh.make_node("LeakyRelu", ["x"], ["y"]),
        oh.make_node("Clip", ["x", "low", "high"], ["y"]),
        oh.make_node("HardSigmoid", ["x"], ["y"]),
        oh.make_node("HardSwish", ["x"], ["y"]),
        oh.make_node("Elu", ["x"], ["y"]),
        oh.make_node("Sigmoid", ["x"], ["y"]),
        oh.make_node("Tanh", ["x"], ["y"]),
        oh.make_node("Softplus", ["x"], ["y"]),
        oh.make_node("Max", ["x", "high"], ["y"]),
        oh.make_node("Min", ["high", "x"], ["y"]),
    ],
    ids=lambda node: node.op_type,
)
def test_element_wise_as_onnxruntime(node, level):
    bounds = {"low": FLOAT(-1), "high": FLOAT(1)}
    feeds = {"x": np.tile(SPECIAL, 5)}
    model = make_model([node], feeds, {n: v for n, v in bounds.items() if n in node.input})
    expected = onnxruntime_outputs(model, feeds)["y"]
    assert_same_kinds(run(model, feeds, level), expected)


def convolution(activation: list, rng) -> tuple[bytes, dict]:
    x = rng.standard_normal((1, 8, 12, 12)).astype(FLOAT)
    x[0, 1, 2, 3] = np.nan
    x[0, 4, 9, 9] = np.inf
    weights = rng.standard_normal((16, 8, 1, 1)).astype(FLOAT)
    nodes = [oh.make_node("Conv", ["x", "w"], ["sums"]), *activation]
    inits = {"w": weights, "low": FLOAT(0), "high": FLOAT(6), "zero": FLOAT(0)}
    used = {name for node in nodes for name in node.input}
    return make_model(nodes, {"x": x}, {n: v for n, v in inits.items() if n in used}), {"x": x}


@pytest.mark.parametrize("source", SOURCES, ids=str)
@pytest.mark.parametrize(
    "activation",
    [
        [oh.make_node("Relu", ["sums"], ["y"])],
        [oh.make_node("Clip", ["sums", "low", "high"], ["y"])],
        [oh.make_node("Max", ["sums", "zero"], ["y"])],
        [oh.make_node("HardSigmoid", ["sums"], ["y"])],
        [oh.make_node("Sigmoid", ["sums"], ["s"]), oh.make_node("Mul", ["sums", "s"], ["y"])],
        [oh.make_node("Elu", ["sums"], ["y"])],
    ],
    ids=lambda nodes: "-".join(node.op_type for node in nodes),
)
def test_fused_convolution_as_onnxruntime(activation, source):
    model, feeds = convolution(activation, np.random.default_rng(0))
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse(model)
    config = builder.create_builder_config()
    if source is not None:
        config.set_tactic_sources(1 << int(source))
    plan = builder.build_serialized_network(network, config)
    got = load(plan).create_execution_context().infer(feeds)["y"]
    np.testing.assert_allclose(
        got, onnxruntime_outputs(model, feeds)["y"], rtol=1e-4, atol=1e-4, equal_nan=True
    )


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(
    "op, attributes",
    [
        ("MaxPool", {"kernel_shape": [1, 4]}),
        ("MaxPool", {"kernel_shape": [2, 3], "strides": [1, 2], "pads": [0, 1, 1, 1]}),
        ("GlobalMaxPool", {}),
        ("ReduceMax", {"axes": [2, 3]}),
        ("ReduceMin", {"axes": [1]}),
    ],
)
def test_a_nan_reaches_the_output_wherever_it_stands(op, attributes, level):
    x = np.ones((1, 5, 2, 9), FLOAT)
    model = make_model([oh.make_node(op, ["x"], ["y"], **attributes)], {"x": x}, opset=13)
    context = load(build_plan(model, level=level)).create_execution_context()
    touched = np.zeros(context.infer({"x": x})["y"].shape, bool)
    for at in np.ndindex(*x.shape):
        x = np.ones_like(x)
        x[at] = np.nan
        # Where a larger number shows up, the element is in the window.
        marked = context.infer({"x": np.where(np.isnan(x), 2, x).astype(FLOAT)})["y"] != 1
        if op == "ReduceMin":
            marked = context.infer({"x": np.where(np.isnan(x), 0, x).astype(FLOAT)})["y"] != 1
        np.testing.assert_array_equal(np.isnan(context.infer({"x": x})["y"]), marked)
        touched |= marked
    assert touched.all()


@pytest.mark.parametrize("opset", [17])
def test_a_row_of_attention_that_is_masked_whole_is_nan(opset):
    rng = np.random.default_rng(1)
    q, k, v = (rng.standard_normal((1, 2, 6, 16)).astype(FLOAT) for _ in range(3))
    keep = np.tril(np.ones((1, 1, 6, 6))) > 0
    keep[0, 0, 2] = False
    added = np.where(keep, 0, -np.inf).astype(FLOAT)
    masks = {
        "added": (oh.make_node("Add", ["s", "m"], ["ms"]), added),
        "chosen": (oh.make_node("Where", ["m", "s", "low"], ["ms"]), keep),
    }
    for mask, m in masks.values():
        nodes = [
            oh.make_node("Transpose", ["k"], ["t"], perm=[0, 1, 3, 2]),
            oh.make_node("MatMul", ["q", "t"], ["s"]),
            mask,
            oh.make_node("Softmax", ["ms"], ["p"], axis=-1),
            oh.make_node("MatMul", ["p", "v"], ["y"]),
        ]
        feeds = {"q": q, "k": k, "v": v, "m": m}
        model = make_model(nodes, feeds, {"low": FLOAT(-np.inf)}, opset)
        expected = onnxruntime_outputs(model, feeds)["y"]
        assert np.isnan(expected[0, :, 2]).all()
        for level in (0, 3):
            assert_same_kinds(run(model, feeds, level), expected)


DATA = np.arange(1, 13, dtype=FLOAT).reshape(3, 4)


def indexed(op: str, **attributes):
    inputs = ["x", "i", "u"] if op.startswith("Scatter") else ["x", "i"]
    return oh.make_node(op, inputs, ["y"], name="chosen", **attributes)


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(
    "node, good, bad, axis, wrong",
    [
        (indexed("Gather", axis=0), [2, -3, 0], [2, 3, 0], 0, 3),
        (indexed("Gather", axis=1), [[3, -4]], [[0, -5]], 1, -5),
        (indexed("GatherElements", axis=1), [[0, 3, -1, -4]], [[0, 4, 0, 0]], 1, 4),
        (indexed("GatherElements", axis=0), [[0, 2, -1, -3]], [[0, 0, 0, 1 << 30]], 0, 1 << 30),
        (indexed("GatherND"), [[2, -1], [0, 3]], [[2, -1], [0, 4]], 1, 4),
        (indexed("ScatterND"), [[1], [-3]], [[1], [-4]], 0, -4),
        (indexed("ScatterND", reduction="add"), [[1], [1]], [[1], [3]], 0, 3),
        (indexed("ScatterElements", axis=0), [[0, 2, -3, 1]], [[0, 2, -4, 1]], 0, -4),
        (
            indexed("ScatterElements", axis=0, reduction="max"),
            [[0, 2, -3, 1]],
            [[9, 2, 0, 1]],
            0,
            9,
        ),
    ],
    ids=lambda value: value.op_type if isinstance(value, onnx.NodeProto) else "",
)
def test_indices_out_of_range_end_the_run_alone(node, good, bad, axis, wrong, level):
    dtype = np.int64 if level == 0 or node.op_type.endswith("ND") else np.int32
    feeds = {"x": DATA, "i": np.array(good, dtype)}
    if "u" in node.input:
        rows = [1, 4] if node.op_type == "ScatterElements" else [2, 4]
        feeds["u"] = np.arange(np.prod(rows), dtype=FLOAT).reshape(rows) + 50
    model = make_model([node], feeds)
    expected = onnxruntime_outputs(model, feeds)["y"]
    log = ListLogger()
    context = load(build_plan(model, level=level), log).create_execution_context()
    np.testing.assert_array_equal(context.infer(feeds)["y"], expected)
    extent = DATA.shape[axis]
    words = f"expected indices between {-extent} and {extent - 1} for axis {axis} of shape"
    with pytest.raises(RuntimeError, match="the run failed"):
        context.infer({**feeds, "i": np.array(bad, dtype)})
    assert f"'indices': {words} [3, 4], got {wrong}." in log.text
    assert "layer 'chosen'" in log.text
    np.testing.assert_array_equal(context.infer(feeds)["y"], expected)


def test_indices_out_of_range_are_found_on_any_thread():
    feeds = {"x": np.ones((1000, 64), FLOAT), "i": np.zeros(50_000, np.int64)}
    model = make_model([indexed("Gather", axis=0)], feeds)
    log = ListLogger()
    context = load(build_plan(model), log).create_execution_context()
    for at in (0, 1, 24_999, 25_000, 49_999):
        indices = feeds["i"].copy()
        indices[at] = 1000
        log.lines.clear()
        with pytest.raises(RuntimeError, match="the run failed"):
            context.infer({**feeds, "i": indices})
        assert "expected indices between -1000 and 999 for axis 0" in log.text
    assert (context.infer(feeds)["y"] == 1).all()


@pytest.mark.parametrize(
    "node, indices, words",
    [
        (oh.make_node("Gather", ["x", "i"], ["y"]), [0, 3], "between -3 and 2 for axis 0"),
        (oh.make_node("Gather", ["x", "i"], ["y"], axis=1), [-5], "between -4 and 3 for axis 1"),
        (
            oh.make_node("GatherElements", ["x", "i"], ["y"]),
            [[3, 0]],
            "between -3 and 2 for axis 0",
        ),
        (oh.make_node("GatherND", ["x", "i"], ["y"]), [[0, 4]], "between -4 and 3 for axis 1"),
        (
            oh.make_node("ScatterND", ["x", "i", "x"], ["y"]),
            [[0], [3], [1]],
            "between -3 and 2 for axis 0",
        ),
    ],
    ids=lambda value: value.op_type if isinstance(value, onnx.NodeProto) else "",
)
def test_constant_indices_out_of_range_are_refused(node, indices, words, logger):
    model = make_model([node], {"x": DATA}, {"i": np.array(indices, np.int64)})
    network = trt.Builder(logger).create_network()
    parser = trt.OnnxParser(network, logger)
    assert not parser.parse(model)
    assert f"expected indices {words} of shape [3, 4], got" in str(parser.get_error(0))


def test_indices_of_scatter_are_no_larger_than_the_data(logger):
    i = np.zeros((3, 5), np.int64)
    model = make_model(
        [oh.make_node("ScatterElements", ["x", "i", "u"], ["y"], axis=0)],
        {"x": DATA, "i": i, "u": np.zeros((3, 5), FLOAT)},
    )
    network = trt.Builder(logger).create_network()
    parser = trt.OnnxParser(network, logger)
    assert not parser.parse(model)
    assert "expected at most the extents of the data [3, 4]" in str(parser.get_error(0))
