"""Input that is meant to hurt, or that nobody thought of: a sentence each; the process lives."""

import os

import numpy as np
import onnx
import pytest
from conftest import ListLogger, build_plan, load
from onnx import TensorProto, helper

import trtlike as trt

LEVELS = [0, 1, 3]


def model_of(nodes, inputs, outputs, initializers=(), opset=18) -> bytes:
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 9
    return model.SerializeToString()


def tensor(name, dtype, shape):
    return helper.make_tensor_value_info(name, dtype, shape)


def parse(model: bytes, logger):
    builder = trt.Builder(logger)
    network = builder.create_network()
    parser = trt.OnnxParser(network, logger)
    return builder, network, parser, parser.parse(model)


def build(model: bytes, logger, level: int, shape_inputs=None):
    builder, network, parser, parsed = parse(model, logger)
    assert parsed, parser.get_error(0).desc()
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    if shape_inputs:
        profile = builder.create_optimization_profile()
        for name, values in shape_inputs.items():
            profile.set_shape_input(name, values, values, values)
        config.add_optimization_profile(profile)
    return builder.build_serialized_network(network, config)


def test_initializers_of_impossible_size_show_nothing_of_the_memory(logger):
    weights = TensorProto(name="w", data_type=1, dims=[(1 << 59) + 4], raw_data=b"\0" * 16)
    start, end = (
        helper.make_tensor(n, TensorProto.INT64, [1], [v]) for n, v in (("s", 4), ("e", 30004))
    )
    model = model_of(
        [helper.make_node("Slice", ["w", "s", "e"], ["y"])],
        [],
        [tensor("y", 1, None)],
        [weights, start, end],
    )
    _, _, parser, parsed = parse(model, logger)
    assert not parsed
    assert "tensor 'w': [core] shape: expected at most 2^48 elements" in parser.get_error(0).desc()


@pytest.mark.parametrize("level", LEVELS)
def test_a_cast_of_four_bits_is_refused_at_every_level(logger, level):
    node = helper.make_node("Cast", ["x"], ["y"], to=1)
    model = model_of(
        [node], [tensor("x", TensorProto.INT4, [3, 4])], [tensor("y", 1, [3, 4])], opset=21
    )
    plan = build(model, logger, level)
    if plan is None:
        assert "expected a tactic that computes it" in logger.text
        assert "s4" in logger.text


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("given", [("s", "e"), ("s", "e", "a", "t"), ("t",)])
def test_a_slice_by_shape_inputs_is_built_at_every_level(logger, level, given):
    values = {"s": [1, 0], "e": [9, 8], "a": [0, 1], "t": [2, 3]}
    rank1 = {n: tensor(n, TensorProto.INT64, [2]) for n in values}
    constants = [
        helper.make_tensor(n, TensorProto.INT64, [2], v)
        for n, v in values.items()
        if n not in given
    ]
    model = model_of(
        [helper.make_node("Slice", ["x", "s", "e", "a", "t"], ["y"])],
        [tensor("x", 1, [20, 10, 5]), *(rank1[n] for n in given)],
        [tensor("y", 1, None)],
        constants,
    )
    plan = build(model, logger, level, {n: values[n] for n in given})
    if plan is None:
        # A refusal is an answer, an aborted process is none.
        assert "(Slice)" in logger.text
        return
    x = np.arange(1000, dtype=np.float32).reshape(20, 10, 5)
    feeds = {"x": x} | {n: np.array(values[n], np.int64) for n in given}
    context = load(plan, logger).create_execution_context()
    np.testing.assert_array_equal(context.infer(feeds)["y"], x[1:9:2, 0:8:3])


@pytest.mark.parametrize("count", [3, 31, 32, 33, 40, 64, 65, 100])
@pytest.mark.parametrize("level", [0, 3])
def test_constants_at_any_place_of_many_inputs(logger, count, level):
    rng = np.random.default_rng(count)
    parts = [rng.standard_normal((2, 1 + i % 3)).astype(np.float32) for i in range(count)]
    is_constant = [i % 3 == 1 or i in (33, 70, count - 1) for i in range(count)]
    names = [f"m{i}" for i in range(count)]
    model = model_of(
        [helper.make_node("Concat", names, ["y"], axis=1)],
        [tensor(n, 1, p.shape) for n, p, c in zip(names, parts, is_constant, strict=True) if not c],
        [tensor("y", 1, None)],
        [
            onnx.numpy_helper.from_array(p, n)
            for n, p, c in zip(names, parts, is_constant, strict=True)
            if c
        ],
    )
    plan = build(model, logger, level)
    assert plan is not None, logger.text
    context = load(plan, logger).create_execution_context()
    feeds = {n: p for n, p, c in zip(names, parts, is_constant, strict=True) if not c}
    np.testing.assert_array_equal(context.infer(feeds)["y"], np.concatenate(parts, axis=1))


@pytest.fixture
def network():
    builder = trt.Builder(ListLogger())
    network = builder.create_network()
    network.keep = builder
    return network


@pytest.mark.parametrize(
    ("maps", "window", "sentence"),
    [
        (0, (3, 3), "feature maps: expected at least 1, got 0"),
        (-4, (3, 3), "feature maps: expected at least 1, got -4"),
        (
            4,
            (0, 3),
            r"kernel_shape: expected extents of at least 1 that fit a kernel, got \[0, 3\]",
        ),
        (4, (3, -3), r"kernel_shape: expected extents of at least 1"),
        (1 << 40, (1 << 40, 3), "kernel_shape: expected extents of at least 1 that fit a kernel"),
    ],
)
@pytest.mark.parametrize("kind", ["convolution", "deconvolution"])
def test_windows_without_elements_are_refused(kind, maps, window, sentence):
    network = trt.Builder(ListLogger()).create_network()
    x = network.add_input("x", trt.float32, (1, 4, 8, 8))
    add = getattr(network, f"add_{kind}_nd")
    weights = trt.Weights(np.zeros(36, np.float32))
    with pytest.raises(trt.UserError, match=sentence):
        add(x, maps, window, weights)


@pytest.mark.parametrize("number", [0, -1, -(2**63), 2**31, 2**62, 2**63 - 1])
@pytest.mark.parametrize("what", ["stride_nd", "dilation_nd", "padding_nd", "num_groups", "kernel"])
def test_numbers_of_layers_are_taken_or_refused(what, number):
    network = trt.Builder(ListLogger()).create_network()
    x = network.add_input("x", trt.float32, (1, 4, 8, 8))
    weights = trt.Weights(np.zeros((4, 4, 3, 3), np.float32))
    layers = [
        network.add_convolution_nd(x, 4, (3, 3), weights),
        network.add_deconvolution_nd(x, 4, (3, 3), weights),
        network.add_pooling_nd(x, trt.PoolingType.MAX, (3, 3)),
    ]
    for layer in layers:
        try:
            if what == "num_groups":
                if hasattr(layer, "num_groups"):
                    layer.num_groups = number
            elif what == "kernel":
                name = "window_size_nd" if hasattr(layer, "window_size_nd") else "kernel_size_nd"
                setattr(layer, name, (number, 3))
            elif hasattr(layer, what):
                setattr(layer, what, (number, 1))
            shape = layer.get_output(0).shape
            assert all(extent >= 0 for extent in shape)
        except (trt.UserError, ValueError, TypeError) as error:
            assert "bug" not in str(error)


@pytest.mark.parametrize("columns", [4, "M"])
def test_repeats_whose_product_with_an_extent_wraps_are_refused(columns):
    """Of N rows, a multiple of 3 repeats its columns once, and all others 2^62 + 1 times."""
    model = onnx.parser.parse_model(
        f"""<ir_version: 9, opset_import: ["" : 18]>
        test (float[N, {columns}] x) => (float[P, Q] z) {{
            n = Shape <start = 0, end = 1> (x) three = Constant <value_ints = [3]> ()
            much = Constant <value_ints = [{1 << 62}]> () one = Constant <value_ints = [1]> ()
            m = Mod(n, three) p = Mul(m, much) r = Add(p, one) d = Concat <axis = 0> (one, r)
            z = Tile(x, d) }}"""
    )
    shapes = tuple((rows, 4) for rows in (3, 6, 9))
    context = load(
        build_plan(model.SerializeToString(), [{"x": shapes}])
    ).create_execution_context()
    ones = np.ones((9, 4), np.float32)
    assert np.array_equal(context.infer({"x": ones})["z"], ones)
    with pytest.raises(trt.UserError, match=r"expected at most 2\^48 elements, got shape \[4, "):
        context.infer({"x": ones[:4]})


def test_a_negative_channel_axis_is_refused():
    network = trt.Builder(ListLogger()).create_network()
    x = network.add_input("x", trt.float32, (1, 4, 8, 8))
    w = trt.Weights(np.ones(8, np.float32))
    with pytest.raises(trt.UserError, match=r"channel_axis'?: expected an axis .*, got -5"):
        network.add_scale_nd(x, trt.ScaleMode.ELEMENTWISE, w, w, w, -5)


def reshape_model() -> bytes:
    return model_of(
        [helper.make_node("Reshape", ["x", "s"], ["y"])],
        [tensor("x", 1, [4, 4]), tensor("s", TensorProto.INT64, [4])],
        [tensor("y", 1, None)],
    )


def test_a_shape_tensor_in_too_little_memory_is_not_read(logger):
    plan = build(reshape_model(), logger, 0, {"s": (2, 2, 2, 2)})
    context = load(plan, logger).create_execution_context()
    x, y = np.ones((4, 4), np.float32), np.zeros(16, np.float32)
    assert context.set_tensor_address("x", x)
    assert context.set_tensor_address("y", y)
    assert context.set_tensor_address("s", np.array([2], np.int64))
    with pytest.raises(trt.UserError, match="'s': expected memory of at least 32 bytes"):
        context.infer_shapes()
    assert not context.execute_async_v3(0)
    assert "'s': expected memory of at least 32 bytes for shape [4], got 8 bytes" in logger.text
    assert context.set_tensor_address("s", np.array([2, 2, 2, 2], np.int64))
    assert context.execute_async_v3(0)
    assert y.sum() == 16


def test_a_plan_file_that_is_written_over_in_place_changes_nothing(logger, tmp_path):
    plan = build(reshape_model(), logger, 0, {"s": (2, 2, 2, 2)})
    path = tmp_path / "model.plan"
    path.write_bytes(bytes(plan))
    engine = trt.Runtime(logger).load_engine_file(str(path))
    context = engine.create_execution_context()
    path.write_bytes(b"short")
    out = context.infer({"x": np.ones((4, 4), np.float32), "s": np.full(4, 2, np.int64)})["y"]
    assert out.shape == (2, 2, 2, 2)


def test_a_large_plan_file_that_becomes_shorter_is_an_error_of_the_run(logger, tmp_path):
    weights = np.zeros((2200, 2200), np.float32)
    model = model_of(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        [tensor("x", 1, [1, 2200])],
        [tensor("y", 1, None)],
        [onnx.numpy_helper.from_array(weights, "w")],
    )
    path = tmp_path / "model.plan"
    path.write_bytes(bytes(build(model, logger, 0)))
    engine = trt.Runtime(logger).load_engine_file(str(path))
    context = engine.create_execution_context()
    x, y = np.ones((1, 2200), np.float32), np.zeros((1, 2200), np.float32)
    context.set_tensor_address("x", x)
    context.set_tensor_address("y", y)
    assert context.execute_async_v3(0)
    os.truncate(path, 100)
    assert not context.execute_async_v3(0)
    assert "expected it to keep its" in logger.text
    assert "rename that over the old one" in logger.text


RAW = b"no\xffutf\xfe8"


def with_raw_names(model: bytes) -> bytes:
    return model.replace(b"no_utf_8", RAW)


def test_names_that_are_no_utf8_are_shown_with_backslashes(logger):
    # Accepted, and every name and message is text.
    node = helper.make_node("Relu", ["no_utf_8"], ["y_no_utf_8"], name="node_no_utf_8")
    model = model_of([node], [tensor("no_utf_8", 1, [2])], [tensor("y_no_utf_8", 1, [2])])
    builder, network, _, parsed = parse(with_raw_names(model), logger)
    assert parsed
    assert network.get_input(0).name == r"no\xffutf\xfe8"
    assert network.get_layer(0).name == r"node_no\xffutf\xfe8"
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    engine = load(plan, logger)
    assert [engine.get_tensor_name(i) for i in range(2)] == [
        r"no\xffutf\xfe8",
        r"y_no\xffutf\xfe8",
    ]
    assert engine.create_engine_inspector().get_engine_information(
        trt.LayerInformationFormat.ONELINE
    )
    with pytest.raises(trt.UserError, match=r"expected one of 'no\\xffutf\\xfe8'"):
        engine.get_tensor_shape("x")


def test_errors_about_names_that_are_no_utf8_are_text(logger):
    node = helper.make_node("no_utf_8", ["x"], ["y"], name="node_no_utf_8")
    model = model_of([node], [tensor("x", 1, [2])], [tensor("y", 1, [2])])
    _, _, parser, parsed = parse(with_raw_names(model), logger)
    assert not parsed
    error = parser.get_error(0)
    for text in (error.desc(), error.node_name(), error.node_operator(), str(error), logger.text):
        assert r"no\xffutf\xfe8" in text


@pytest.mark.parametrize("threads", ["1", "2"])
def test_memory_that_is_not_there_is_said_in_a_sentence(logger, threads, monkeypatch):
    monkeypatch.setenv("TRTLIKE_NUM_THREADS", threads)
    model = model_of(
        [
            helper.make_node("Expand", ["x", "s"], ["wide"]),
            helper.make_node("ReduceSum", ["wide"], ["y"], keepdims=0),
        ],
        [tensor("x", 1, [4])],
        [tensor("y", 1, None)],
        [helper.make_tensor("s", TensorProto.INT64, [2], [1 << 40, 4])],
    )
    assert build(model, logger, 0) is None
    assert "memory: expected at most the" in logger.text
