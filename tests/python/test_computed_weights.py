"""Convolutions, deconvolutions and products whose weights the network computes: in fast kernels,
with ONNX Runtime's numbers."""

import numpy as np
import pytest
from conftest import ListLogger, assert_close, build_plan, layers_of, load, onnxruntime_outputs
from onnx import TensorProto, helper, numpy_helper

import trtlike as trt

RNG = np.random.default_rng(8)


def normal(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def make(nodes, inputs: dict[str, tuple], weights: dict[str, np.ndarray], rank: int) -> bytes:
    """Nodes are (op, inputs, output, attributes); the last output is the model's."""
    graph = helper.make_graph(
        [helper.make_node(op, i, [o], o, **attributes) for op, i, o, attributes in nodes],
        "net",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(nodes[-1][2], TensorProto.FLOAT, [None] * rank)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def modulated(batch: int, i: int, o: int, side: int, up: bool) -> tuple[bytes, dict]:
    """StyleGAN2's: weights scaled by a style and brought back to norm 1, a group for each image."""
    kernel = (i, o) if up else (o, i)
    axes = [1, 3, 4] if up else [2, 3, 4]
    style_shape = [batch, i, 1, 1, 1] if up else [batch, 1, i, 1, 1]
    weights = {
        "w": normal(1, *kernel, 3, 3) / (3 * i**0.5),
        "dense": normal(16, i) / 4,
        "one": np.array([1.0], np.float32),
        "tiny": np.array([1e-8], np.float32),
        "style_shape": np.array(style_shape, np.int64),
        "kernel_shape": np.array([batch * kernel[0], kernel[1], 3, 3], np.int64),
        "flat": np.array([1, batch * i, side, side], np.int64),
        "apart": np.array([batch, o, -1, 2 * side + 1 if up else side], np.int64),
        "axes": np.array(axes, np.int64),
        "bias": normal(1, o, 1, 1),
    }
    conv = {"group": batch, "strides": [2, 2]} if up else {"group": batch, "pads": [1, 1, 1, 1]}
    nodes = [
        ("MatMul", ["z", "dense"], "s", {}),
        ("Add", ["s", "one"], "s1", {}),
        ("Reshape", ["s1", "style_shape"], "style", {}),
        ("Mul", ["w", "style"], "scaled", {}),
        ("Mul", ["scaled", "scaled"], "squares", {}),
        ("ReduceSum", ["squares", "axes"], "sum", {"keepdims": 1}),
        ("Add", ["sum", "tiny"], "norm2", {}),
        ("Sqrt", ["norm2"], "norm", {}),
        ("Div", ["scaled", "norm"], "weight", {}),
        ("Reshape", ["weight", "kernel_shape"], "kernel", {}),
        ("Reshape", ["x", "flat"], "images", {}),
        ("ConvTranspose" if up else "Conv", ["images", "kernel"], "sums", conv),
        ("Reshape", ["sums", "apart"], "split", {}),
        ("Add", ["split", "bias"], "biased", {}),
        ("LeakyRelu", ["biased"], "y", {"alpha": 0.2}),
    ]
    feeds = {"x": normal(batch, i, side, side), "z": normal(batch, 16)}
    return make(nodes, {n: a.shape for n, a in feeds.items()}, weights, 4), feeds


def dynamic_filters(channels: int, side: int) -> tuple[bytes, dict]:
    """Filters and biases that a small network makes of a code: one for each channel."""
    weights = {
        "to_filters": normal(8, channels * 9) / 4,
        "to_biases": normal(8, channels) / 4,
        "filter_shape": np.array([channels, 1, 3, 3], np.int64),
        "bias_shape": np.array([channels], np.int64),
    }
    nodes = [
        ("MatMul", ["z", "to_filters"], "f", {}),
        ("Reshape", ["f", "filter_shape"], "filters", {}),
        ("MatMul", ["z", "to_biases"], "b", {}),
        ("Reshape", ["b", "bias_shape"], "biases", {}),
        ("Conv", ["x", "filters", "biases"], "c", {"group": channels, "pads": [1, 1, 1, 1]}),
        ("Relu", ["c"], "y", {}),
    ]
    feeds = {"x": normal(2, channels, side, side), "z": normal(1, 8)}
    return make(nodes, {n: a.shape for n, a in feeds.items()}, weights, 4), feeds


def hypernetwork(batch: int, i: int, o: int) -> tuple[bytes, dict]:
    """A dense layer with a matrix and a bias for each row of the batch."""
    weights = {
        "to_matrix": normal(8, i * o) / (8 * i) ** 0.5,
        "to_bias": normal(8, o),
        "matrix_shape": np.array([batch, i, o], np.int64),
        "bias_shape": np.array([batch, 1, o], np.int64),
    }
    nodes = [
        ("MatMul", ["z", "to_matrix"], "m", {}),
        ("Reshape", ["m", "matrix_shape"], "matrix", {}),
        ("MatMul", ["z", "to_bias"], "b", {}),
        ("Reshape", ["b", "bias_shape"], "bias", {}),
        ("MatMul", ["x", "matrix"], "sums", {}),
        ("Add", ["sums", "bias"], "biased", {}),
        ("Tanh", ["biased"], "y", {}),
    ]
    feeds = {"x": normal(batch, 1, i), "z": normal(batch, 8)}
    return make(nodes, {n: a.shape for n, a in feeds.items()}, weights, 3), feeds


def plain(op: str, x: tuple, w: tuple, bias: int = 0, constant: bool = False, **attributes):
    """One convolution of inputs; the weights may be constant, then the bias alone is not."""
    feeds = {"x": normal(*map(abs, x)), "w": normal(*w) / 8}
    if bias:
        feeds["b"] = normal(bias)
    weights = {"w": feeds.pop("w")} if constant else {}
    names = ["x", "w", "b"][: 3 if bias else 2]
    nodes = [(op, names, "c", attributes), ("Relu", ["c"], "y", {})]
    inputs = {n: a.shape for n, a in feeds.items()} | {"x": [None if e < 0 else e for e in x]}
    return make(nodes, inputs, weights, len(x)), feeds


CASES = {
    "modulated": lambda: modulated(3, 20, 24, 9, up=False),
    "modulated, one image": lambda: modulated(1, 33, 17, 8, up=False),
    "modulated and doubled": lambda: modulated(2, 20, 24, 9, up=True),
    "dynamic filters": lambda: dynamic_filters(35, 13),
    "hypernetwork": lambda: hypernetwork(5, 40, 33),
    "one axis": lambda: plain("Conv", (2, 6, 40), (10, 6, 3), 10),
    "one axis, depthwise": lambda: plain("Conv", (1, 16, 40), (16, 1, 3), group=16),
    "three axes": lambda: plain("Conv", (1, 6, 9, 8, 7), (10, 3, 3, 2, 3), group=2),
    "dilated": lambda: plain("Conv", (1, 6, 19, 18), (10, 6, 3, 3), dilations=[2, 3]),
    "deconvolution, one axis": lambda: plain(
        "ConvTranspose", (1, 6, 20), (6, 8, 4), 8, strides=[2]
    ),
    "deconvolution, groups": lambda: plain(
        "ConvTranspose", (2, 6, 9, 9), (6, 8, 4, 4), 16, group=2
    ),
    "bias alone": lambda: plain("Conv", (2, 6, 9, 9), (10, 6, 3, 3), 10, True),
    "bias alone, deconvolution": lambda: plain(
        "ConvTranspose", (2, 6, 9, 9), (6, 10, 3, 3), 10, True
    ),
}


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("case", CASES)
def test_runs_in_fast_kernels_with_the_same_numbers(case, level):
    model, feeds = CASES[case]()
    engine = load(build_plan(model, level=level, is_detailed=True))
    slow = [la["Name"] for la in layers_of(engine) if la["TacticName"] == "reference"]
    assert slow == []
    (got,) = engine.create_execution_context().infer(feeds).values()
    (expected,) = onnxruntime_outputs(model, feeds).values()
    assert_close(got, expected, 1e-5)


@pytest.mark.parametrize("op, kernel", [("Conv", (10, 6, 3, 3)), ("ConvTranspose", (6, 10, 3, 3))])
def test_extents_may_vary(op, kernel):
    model, feeds = plain(op, (-1, 6, -1, 9), kernel, 10)
    shapes = {"x": ((1, 6, 3, 9), (2, 6, 9, 9), (5, 6, 20, 9))}
    context = load(build_plan(model, [shapes])).create_execution_context()
    for batch, height in ((2, 9), (1, 3), (5, 20), (3, 8)):
        run = {**feeds, "x": normal(batch, 6, height, 9)}
        (got,) = context.infer(run).values()
        assert_close(got, onnxruntime_outputs(model, run)["y"], 1e-5)


def test_two_contexts_pack_weights_of_their_own():
    model, feeds = dynamic_filters(20, 9)
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse(model)
    engine = load(builder.build_serialized_network(network, builder.create_builder_config()))
    contexts = [engine.create_execution_context() for _ in range(2)]
    codes = [feeds["z"], normal(1, 8)]
    for _ in range(2):
        for context, z in zip(contexts, codes, strict=True):
            run = {"x": feeds["x"], "z": z}
            (got,) = context.infer(run).values()
            assert_close(got, onnxruntime_outputs(model, run)["y"], 1e-5)
