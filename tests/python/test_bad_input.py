"""What bad input gets: one clear sentence, by an exception or through the log, and no crash."""

import os
import struct
import subprocess
import sys

import numpy as np
import onnx
import pytest
from conftest import ListLogger, build_plan, digits_model, load

import trtlike as trt

IMAGES = ((1, 1, 8, 8), (4, 1, 8, 8), (16, 1, 8, 8))


@pytest.fixture(scope="module")
def plan() -> bytes:
    return bytes(build_plan(digits_model(), [{"image": IMAGES}], level=0))


@pytest.fixture
def context(plan, logger) -> trt.IExecutionContext:
    return load(plan, logger).create_execution_context()


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda p: p[: len(p) // 2], "The plan is truncated or has bytes appended."),
        (lambda p: p + b"more", "The plan is truncated or has bytes appended."),
        (lambda p: b"", "expected at least 64 bytes, got 0"),
        (lambda p: b"x" + p[1:], "expected the first bytes of a trtlike plan"),
        (lambda p: flipped(p, len(p) // 2), "The plan is damaged."),
        (lambda p: p[:8] + struct.pack("<I", 99) + p[12:], "expected version 6, got 99"),
    ],
    ids=["truncated", "longer", "empty", "another file", "altered", "another version"],
)
def test_damaged_plans_are_refused_in_the_log(plan, logger, damage, sentence):
    assert trt.Runtime(logger).deserialize_cuda_engine(damage(plan)) is None
    assert sentence in logger.text


def test_a_plan_for_instructions_that_the_cpu_lacks_is_refused(plan, logger, tmp_path):
    name = trt.cpu_fingerprint().split()[-1]
    if name == "portable" or trt.Runtime(logger).deserialize_cuda_engine(plan) is None:
        pytest.skip("no other instructions to lack")
    path = tmp_path / "digits.engine"
    path.write_bytes(plan)
    script = (
        "import sys, trtlike as trt\n"
        "assert trt.Runtime(trt.Logger()).load_engine_file(sys.argv[1]) is None\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path],
        env={**os.environ, "TRTLIKE_MAX_ISA": "portable"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    assert "instruction set: expected at most portable, which this CPU has, got " in said
    assert "Rebuild the plan on this machine." in said


def test_an_unknown_instruction_set_is_refused_with_those_there_are():
    done = subprocess.run(
        [sys.executable, "-c", "import trtlike"],
        env={**os.environ, "TRTLIKE_MAX_ISA": "sse9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "[core] TRTLIKE_MAX_ISA: expected one of portable, avx2, " in done.stderr
    assert ", got 'sse9'." in done.stderr


@pytest.mark.parametrize("thing", [None, "plan.engine", 3])
def test_what_is_no_plan_at_all_is_refused_by_type(logger, thing):
    with pytest.raises(TypeError, match="expected bytes, another buffer or a stream reader"):
        trt.Runtime(logger).deserialize_cuda_engine(thing)


def test_damaged_timing_caches_are_refused(logger):
    builder = trt.Builder(logger)
    config = builder.create_builder_config()
    config.set_timing_cache(config.create_timing_cache(b""), False)
    good = bytes(config.get_timing_cache().serialize())
    for data in (good[:-3], flipped(good, len(good) - 2), b"garbage" * 20):
        with pytest.raises(trt.PlanError, match=r"\[tuner\] timing cache: expected"):
            config.create_timing_cache(data)


def parse_errors(model: bytes) -> list[str]:
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    parser = trt.OnnxParser(network, log)
    assert not parser.parse(model)
    return [parser.get_error(i).desc() for i in range(parser.num_errors)]


def test_damaged_models_are_refused():
    model = digits_model()
    for data in (b"", model[: len(model) // 2], b"\xff" * 100):
        (error,) = parse_errors(data)
        assert f"got {len(data)} bytes that are none" in error


def graph(*nodes: onnx.NodeProto, output: str) -> bytes:
    info = onnx.helper.make_tensor_value_info
    model = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, "g", [info("x", 1, [2])], [info(output, 1, [2])]),
        opset_imports=[onnx.helper.make_opsetid("", 18)],
    )
    return model.SerializeToString()


def test_models_that_contradict_themselves_are_refused_by_node():
    node = onnx.helper.make_node
    (cycle,) = parse_errors(
        graph(node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), output="b")
    )
    assert "'b': expected a graph without cycles" in cycle
    (twice,) = parse_errors(
        graph(node("Relu", ["x"], ["a"]), node("Tanh", ["x"], ["a"]), output="a")
    )
    assert "output 'a': expected a name that nothing else has" in twice
    (missing,) = parse_errors(graph(node("Relu", ["y"], ["a"]), output="a"))
    assert "'y'" in missing


def test_networks_that_contradict_themselves_are_refused(logger):
    builder = trt.Builder(logger)
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (1, 2))
    assert builder.build_serialized_network(network, builder.create_builder_config()) is None
    assert "expected at least one output, got none" in logger.text
    with pytest.raises(trt.UserError, match="input 'x': expected a name that no other tensor has"):
        network.add_input("x", trt.float32, (1, 2))
    total = network.add_elementwise(x, x, trt.ElementWiseOperation.SUM)
    relu = network.add_activation(total.get_output(0), trt.ActivationType.RELU)
    with pytest.raises(trt.UserError, match="expected a name that no other tensor has, got 'x'"):
        relu.get_output(0).name = "x"
    with pytest.raises(trt.UserError, match="expected a tensor that does not depend on the layer"):
        total.set_input(1, relu.get_output(0))
    with pytest.raises(trt.UserError, match=r"expected 6 weights for shape \[2, 3\], got 5"):
        network.add_constant((2, 3), np.zeros(5, np.float32))


@pytest.mark.parametrize("extent", [float("nan"), float("inf"), 1.5, "4"])
def test_extents_that_are_no_integers_are_refused_by_type(context, extent):
    profile = trt.Builder(ListLogger()).create_optimization_profile()
    with pytest.raises(TypeError):
        profile.set_shape("image", (1, 1, 8, 8), (1, 1, 8, 8), (extent, 1, 8, 8))
    with pytest.raises(TypeError):
        context.set_input_shape("image", (extent, 1, 8, 8))


def build_with(logger, name, shapes):
    builder = trt.Builder(logger)
    network = builder.create_network()
    parser = trt.OnnxParser(network, logger)
    assert parser.parse(digits_model())
    config = builder.create_builder_config()
    config.builder_optimization_level = 0
    if name:
        profile = builder.create_optimization_profile()
        profile.set_shape(name, *shapes)
        config.add_optimization_profile(profile)
    return builder.build_serialized_network(network, config)


@pytest.mark.parametrize(
    ("name", "shapes", "sentence"),
    [
        ("", (), "'image': expected a range for its dynamic shape"),
        ("picture", IMAGES, "'image': expected a range for its dynamic shape"),
        ("image", [(1, 8, 8)] * 3, "expected shapes that fit the network's [-1, 1, 8, 8]"),
        ("image", [(1, 3, 8, 8)] * 3, "expected shapes that fit the network's [-1, 1, 8, 8]"),
        ("image", (*IMAGES[:2], (2**62, 1, 8, 8)), "expected at most 2^48 elements"),
        ("image", (*IMAGES[:2], (2**36, 1, 8, 8)), "memory: expected"),
        ("image", [(2**36, 1, 8, 8)] * 3, "memory: expected"),
    ],
)
def test_profiles_that_do_not_fit_are_refused_in_the_log(logger, name, shapes, sentence):
    assert build_with(logger, name, shapes) is None
    assert sentence in logger.text


def test_profiles_out_of_order_are_refused():
    profile = trt.Builder(ListLogger()).create_optimization_profile()
    for low, opt, high in ((9, 4, 8), (-1, 4, 8), (1, 9, 8)):
        with pytest.raises(trt.UserError, match="expected 0 <= min <= opt <= max"):
            profile.set_shape("image", (low, 1, 8, 8), (opt, 1, 8, 8), (high, 1, 8, 8))


@pytest.mark.parametrize("rows", [2**20, 2**18])
def test_a_model_that_asks_for_more_memory_than_there_is_is_refused(logger, rows):
    builder = trt.Builder(logger)
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (rows, 1))
    y = network.add_input("y", trt.float32, (1, rows))
    total = network.add_elementwise(x, y, trt.ElementWiseOperation.SUM).get_output(0)
    network.mark_output(network.add_reduce(total, trt.ReduceOperation.SUM, 2, False).get_output(0))
    config = builder.create_builder_config()
    config.builder_optimization_level = 0
    assert builder.build_serialized_network(network, config) is None
    assert "memory: expected at most the" in logger.text


def test_wrong_names_list_the_right_ones(context, logger):
    assert not context.set_input_shape("picture", (1, 1, 8, 8))
    assert not context.set_tensor_address("picture", 0)
    assert logger.text.count("expected one of 'image', 'probabilities', got 'picture'") == 2
    with pytest.raises(trt.UserError, match="expected one of 'image', 'probabilities'"):
        context.engine.get_tensor_dtype("picture")
    with pytest.raises(trt.UserError, match="expected an index from 0 to 0, got 7"):
        context.engine.get_tensor_profile_shape("image", 7)


def test_an_array_that_is_too_small_is_not_read_or_written_beyond(context, logger):
    small, large = np.zeros((1, 1, 8, 8), np.float32), np.zeros((4, 1, 8, 8), np.float32)
    out = np.empty((4, 10), np.float32)
    assert context.set_input_shape("image", large.shape)
    assert context.set_tensor_address("image", small)
    assert context.set_tensor_address("probabilities", out)
    assert not context.execute_async_v3(0)
    assert "'image': expected memory of at least 1024 bytes" in logger.text
    assert context.set_tensor_address("image", large)
    assert context.set_tensor_address("probabilities", out[:1])
    assert not context.execute_async_v3(0)
    assert "'probabilities': expected memory of at least 160 bytes" in logger.text
    assert context.set_tensor_address("probabilities", out)
    assert context.execute_async_v3(0)


def test_arrays_that_cannot_be_used_in_place_are_refused(context):
    image, out = np.zeros((8, 8, 1, 4), np.float32).T, np.empty((4, 10), np.float32)
    assert context.set_input_shape("image", image.shape)
    with pytest.raises(ValueError, match="'image': expected a C-contiguous array"):
        context.set_tensor_address("image", image)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="'probabilities': expected a writeable array"):
        context.set_tensor_address("probabilities", out)


def test_arrays_of_another_kind_are_refused(context):
    image = np.zeros((1, 1, 8, 8), np.float32)
    for wrong in (image.astype(np.complex64), image.astype("U3"), image.astype(object)):
        with pytest.raises(TypeError, match="'image': expected an array of float32, got"):
            context.infer({"image": wrong})
    with pytest.raises(ValueError, match=r"expected an array of shape \(1, 10\), got \(2, 10\)"):
        context.infer({"image": image}, {"probabilities": np.empty((2, 10), np.float32)})
    with pytest.raises(TypeError, match="'probabilities': expected an array of float32"):
        context.infer({"image": image}, {"probabilities": np.empty((1, 10))})
    doubles = np.random.default_rng(0).random((2, 1, 8, 8))
    np.testing.assert_array_equal(
        context.infer({"image": doubles})["probabilities"],
        context.infer({"image": doubles.astype(np.float32)})["probabilities"],
    )


def test_execute_v2_wants_an_address_for_each_tensor(context, logger):
    context.set_input_shape("image", (1, 1, 8, 8))
    assert not context.execute_v2([1])
    assert "expected 2 addresses, one a tensor, got 1" in logger.text


# Convolutions go to oneDNN, which does not look at every allocation.
LITTLE_SPACE = """
import resource, sys
import numpy as np
import trtlike as trt

builder = trt.Builder(trt.Logger(trt.Logger.ERROR))
network = builder.create_network()
tensor = network.add_input("x", trt.float32, (1, 16, 20, 20))
for _ in range(3):
    kernel = np.ones((16, 16, 3, 3), np.float32)
    tensor = network.add_convolution_nd(tensor, 16, (3, 3), kernel).get_output(0)
network.mark_output(tensor)
config = builder.create_builder_config()
config.builder_optimization_level = 2
config.set_tactic_sources(1 << int(trt.TacticSource.ONEDNN))
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
limit = used + (int(sys.argv[1]) << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
plan = builder.build_serialized_network(network, config)
print("no plan" if plan is None else "a plan")
"""


@pytest.mark.parametrize("megabytes", [2, 8, 16, 24, 32, 40, 60, 200])
def test_little_address_space_is_a_sentence_and_no_crash(megabytes):
    command = [sys.executable, "-c", LITTLE_SPACE, str(megabytes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "memory" in done.stdout or "address space" in done.stdout or "a plan" in done.stdout


def test_parser_says_which_runs_of_nodes_it_takes(logger):
    graph = onnx.parser.parse_graph(
        """g (float[2] x) => (float[2] y) {
          a = Abs(x) b = Neg(a) c = Unheard(b) d = Unheard(c) e = Exp(d) y = Unheard(e)
        }"""
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    parser = trt.OnnxParser(trt.Builder(logger).create_network(0), logger)
    expected = [([0, 1], False), ([4], False)]  # To be asked about as models of their own.
    assert not parser.supports_model_v2(model)
    found = [
        (parser.get_subgraph_nodes(i), parser.is_subgraph_supported(i))
        for i in range(parser.num_subgraphs)
    ]
    assert found == expected
    for index in (2, -1):
        with pytest.raises(IndexError, match=f"expected an index below 2, got {index}"):
            parser.get_subgraph_nodes(index)
    supported, parts = parser.supports_model(model)
    assert not supported and [(list(nodes), taken) for nodes, taken in parts] == expected
    supported, parts = parser.supports_model(model.replace(b"Unheard", b"Sigmoid"))
    assert supported and [(list(nodes), taken) for nodes, taken in parts] == [([*range(6)], True)]
    supported, parts = parser.supports_model(b"no model")
    assert not supported and len(parts) == 0


def test_a_model_whose_initializers_come_apart_is_parsed_in_steps(logger):
    weights = np.arange(6, dtype=np.float32).reshape(2, 3)
    model = onnx.parser.parse_model(
        """<ir_version: 8, opset_import: ["" : 17]>
        g (float[1, 2] x) => (float[1, 3] y) { y = MatMul(x, w) }"""
    )
    tensor = onnx.numpy_helper.from_array(weights, "w")
    tensor.ClearField("raw_data")
    model.graph.initializer.append(tensor)
    network = trt.Builder(logger).create_network(0)
    parser = trt.OnnxParser(network, logger)
    assert not parser.parse_model_proto()
    assert not parser.load_initializer("w", weights.ctypes.data, weights.nbytes)
    assert parser.load_model_proto(model.SerializeToString())
    assert not parser.load_initializer("v", weights.ctypes.data, weights.nbytes)
    assert not parser.load_initializer("w", 0, weights.nbytes)
    assert [parser.get_error(i).desc() for i in range(4)] == [
        "[onnx] parse_model_proto: expected a model that was loaded, got none.",
        "[onnx] load_initializer('w'): expected a model that was loaded, got none.",
        "[onnx] load_initializer('v'): expected an initializer of the loaded model, got none.",
        "[onnx] load_initializer('w'): expected an address, got 0.",
    ]
    parser.clear_errors()
    assert parser.load_initializer("w", weights.ctypes.data, weights.nbytes)
    weights[:] = 0  # They are copied.
    assert parser.parse_model_proto(), parser.get_error(0).desc()
    builder = trt.Builder(logger)
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    x = np.array([[1, 10]], np.float32)
    np.testing.assert_array_equal(
        load(plan).create_execution_context().infer({"x": x})["y"], [[30, 41, 52]]
    )
