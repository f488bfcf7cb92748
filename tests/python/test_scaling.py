"""Networks of very many layers: parsing, optimizing and building take time by the number of layers,
and no pass goes so deep that the stack ends."""

import time

import numpy as np
import onnx
import pytest
from conftest import ListLogger, build_plan, load
from onnx import helper, numpy_helper

import trtlike as trt

WIDTH = 8


def model(nodes, constants, out) -> bytes:
    graph = helper.make_graph(
        nodes,
        "layers",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [4, WIDTH])],
        [helper.make_tensor_value_info(out, onnx.TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def chain(count, make):
    nodes = [make(i, f"v{i}" if i else "x", f"v{i + 1}") for i in range(count)]
    return nodes, f"v{count}"


def relus(count: int) -> bytes:
    nodes, out = chain(count, lambda i, x, y: helper.make_node("Relu", [x], [y]))
    return model(nodes, {}, out)


def blocks(count: int) -> bytes:
    """Relu, Add and MatMul in turn, with weights that all of them share."""

    def make(i, x, y):
        inputs = ([x], [x, "bias"], [x, "weights"])[i % 3]
        return helper.make_node(("Relu", "Add", "MatMul")[i % 3], inputs, [y])

    nodes, out = chain(count, make)
    weights = np.roll(np.eye(WIDTH, dtype=np.float32), 1, 0)
    return model(nodes, {"bias": np.full(WIDTH, 0.5, np.float32), "weights": weights}, out)


def programs(count: int) -> bytes:
    ops = ("Sin", "Neg", "Tanh", "Abs", "Sigmoid")
    nodes, out = chain(count, lambda i, x, y: helper.make_node(ops[i % 5], [x], [y]))
    return model(nodes, {}, out)


def shapes(count: int) -> bytes:
    """Reshapes and transposes between element-wise layers, which move past each other."""

    def make(i, x, y):
        if i % 2:
            return helper.make_node("Sin", [x], [y])
        if i % 4:
            return helper.make_node("Transpose", [x], [y], perm=[1, 0])
        return helper.make_node("Reshape", [x, "wide" if i % 8 else "tall"], [y])

    nodes, out = chain(count, make)
    constants = {"wide": np.array([4, -1]), "tall": np.array([WIDTH, -1])}
    return model(nodes, constants, out)


def siblings(count: int) -> bytes:
    """Half of the layers read the input, the others add up."""
    half = count // 2
    constants = {f"c{i}": np.array([i / half], np.float32) for i in range(half)}
    nodes = [helper.make_node("Mul", ["x", f"c{i}"], [f"s{i}"]) for i in range(half)]
    sums = ["s0", *[f"a{i}" for i in range(1, half)]]
    nodes += [helper.make_node("Add", [sums[i - 1], f"s{i}"], [sums[i]]) for i in range(1, half)]
    return model(nodes, constants, sums[-1])


def mixed(count: int) -> bytes:
    """Products, residuals, softmax over heads, halves exchanged, gates, and what does nothing."""
    steps = (
        ("MatMul", ["weights"], {}),
        ("Relu", [], {}),
        ("Reshape", ["heads"], {}),
        ("Transpose", [], {"perm": [0, 2, 1]}),
        ("Softmax", [], {"axis": -1}),
        ("Identity", [], {}),
        ("Transpose", [], {"perm": [0, 2, 1]}),
        ("Reshape", ["flat"], {}),
        ("Cast", [], {"to": onnx.TensorProto.FLOAT}),
        ("Add", [], {}),
        ("Gather", ["order"], {"axis": 1}),
        ("Erf", [], {}),
    )
    nodes, last, residual = [], "x", "x"
    for i in range(count):
        op, others, attributes = steps[i % len(steps)]
        others = [residual] if op == "Add" else others
        nodes.append(helper.make_node(op, [last, *others], [f"v{i}"], **attributes))
        last = f"v{i}"
        residual = last if op == "Add" else residual
    constants = {
        "weights": np.roll(np.eye(WIDTH, dtype=np.float32), 1, 0) / 2,
        "heads": np.array([4, 2, WIDTH // 2]),
        "flat": np.array([4, WIDTH]),
        "order": np.arange(WIDTH)[::-1].copy(),
    }
    return model(nodes, constants, last)


def branches(count: int) -> bytes:
    """Five layers in each of many branches from the input, added up by eights."""
    number = count // 6
    constants = {f"c{i}": np.full(WIDTH, i / number, np.float32) for i in range(number)}
    constants["weights"] = np.full((WIDTH, WIDTH), 0.125, np.float32)
    nodes, ends = [], []
    for i in range(number):
        names = [f"{letter}{i}" for letter in "abdef"]
        for op, given, made in zip(
            ("Add", "MatMul", "Softmax", "Transpose", "ReduceSum"),
            (["x", f"c{i}"], [names[0], "weights"], *([name] for name in names[1:4])),
            names,
            strict=True,
        ):
            nodes.append(helper.make_node(op, given, [made]))
        ends.append(names[-1])
    while len(ends) > 1:
        sums = [f"s{len(ends)}_{i}" for i in range(0, len(ends), 8)]
        for i, name in enumerate(sums):
            nodes.append(helper.make_node("Sum", ends[8 * i : 8 * i + 8], [name]))
        ends = sums
    return model(nodes, constants, ends[0])


def fan(count: int) -> bytes:
    """One layer with very many outputs, and one with as many inputs."""
    number = count // 8 * 4
    parts, rows = ([f"{letter}{i}" for i in range(number)] for letter in "pr")
    nodes = [helper.make_node("Tile", ["x", "times"], ["tall"])]
    nodes.append(helper.make_node("Split", ["tall", "sizes"], parts, axis=0))
    nodes += [helper.make_node("Softmax", [p], [r]) for p, r in zip(parts, rows, strict=True)]
    nodes.append(helper.make_node("Concat", rows, ["y"], axis=0))
    constants = {"times": np.array([number // 4, 1]), "sizes": np.ones(number, np.int64)}
    return model(nodes, constants, "y")


MODELS = (relus, blocks, programs, shapes, siblings, mixed, branches, fan)


def process_seconds(data: bytes, level: int) -> float:
    start = time.process_time()
    build_plan(data, level=level)
    return time.process_time() - start


@pytest.mark.parametrize("make", MODELS)
def test_twice_the_layers_take_about_twice_the_time(make):
    few, many = make(2500), make(5000)
    ratios = []
    for _ in range(3):
        ratios.append(process_seconds(many, 0) / process_seconds(few, 0))
        if ratios[-1] < 3:
            return
    pytest.fail(f"{make.__name__}: {ratios}")


@pytest.mark.parametrize("make", [mixed, branches])
def test_twenty_thousand_layers_take_about_twice_the_time_of_ten_thousand(make):
    few, many = make(10000), make(20000)
    ratios = []
    for _ in range(3):
        ratios.append(process_seconds(many, 3) / process_seconds(few, 3))
        if ratios[-1] < 2.6:
            return
    pytest.fail(f"{make.__name__}: {ratios}")


def test_nodes_out_of_order_are_sorted_in_time_by_their_number():
    graph = onnx.ModelProto.FromString(programs(20000))
    nodes = list(graph.graph.node)
    del graph.graph.node[:]
    graph.graph.node.extend(reversed(nodes))
    log = ListLogger(trt.ILogger.INFO)
    network = trt.Builder(log).create_network()
    start = time.process_time()
    assert trt.OnnxParser(network, log).parse(graph.SerializeToString())
    assert time.process_time() - start < 30
    assert [network[i].get_output(0).name for i in range(3)] == ["v1", "v2", "v3"]
    assert "taken in the order of their use" in log.text


@pytest.mark.parametrize("make", (relus, blocks))
def test_twenty_thousand_layers_are_built_and_right(make):
    start = time.process_time()
    engine = load(build_plan(make(20000), level=0))
    assert time.process_time() - start < 30
    x = np.random.default_rng(0).standard_normal((4, WIDTH)).astype(np.float32)
    (got,) = engine.create_execution_context().infer({"x": x}).values()
    expected = x
    for i in range(20000 if make is blocks else 1):
        step = i % 3
        if step == 0:
            expected = np.maximum(expected, 0)
        elif step == 1:
            expected = expected + np.float32(0.5)
        else:
            expected = np.roll(expected, -1, 1)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.long
@pytest.mark.parametrize("make", MODELS)
def test_a_hundred_thousand_layers_are_built(make):
    start = time.process_time()
    load(build_plan(make(100000), level=0))
    assert time.process_time() - start < 60


@pytest.mark.long
@pytest.mark.parametrize("make", MODELS)
def test_twice_the_layers_take_about_twice_the_time_with_timed_kernels(make):
    assert process_seconds(make(20000), 3) / process_seconds(make(10000), 3) < 3
