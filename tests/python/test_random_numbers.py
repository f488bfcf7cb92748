"""Random numbers: their distributions, their seeds, and that nothing computes them ahead."""

import numpy as np
import onnx
import pytest
from one_node import OneNode
from onnx import helper
from test_signal import add_idle_input

LEVELS = pytest.mark.parametrize("level", [0, 3])
COUNT = 20000


def source(op, attributes, dtype=np.float32, shape=(COUNT,)):
    """A node that reads nothing."""
    attributes = {
        "shape": shape,
        "dtype": helper.np_dtype_to_tensor_dtype(np.dtype(dtype)),
    } | attributes
    node = OneNode(op, [], attributes)
    add_idle_input(node)
    return node


def assert_normal(numbers, mean, deviation):
    """Mean and deviation within five times their own deviations, and a third beyond 1 sigma."""
    wide = numbers.astype(np.float64).ravel()
    error = deviation / np.sqrt(wide.size)
    assert abs(wide.mean() - mean) < 5 * error
    assert abs(wide.std() - deviation) < 5 * error
    assert 0.29 < (np.abs(wide - mean) > deviation).mean() < 0.35


def assert_uniform(numbers, low, high):
    wide = numbers.astype(np.float64).ravel()
    assert wide.min() >= low
    assert wide.max() <= high
    counts = np.histogram(wide, 10, (low, high))[0]
    assert np.abs(counts - wide.size / 10).max() < 5 * np.sqrt(wide.size / 10)


@LEVELS
def test_distributions(level):
    for dtype in (np.float32, np.float64, np.float16):
        numbers = source("RandomUniform", {"low": -2.0, "high": 3.0}, dtype).run(level)[0]
        assert numbers.dtype == dtype
        assert_uniform(numbers, -2, 3)
        numbers = source("RandomNormal", {"mean": 1.0, "scale": 0.5}, dtype).run(level)[0]
        assert numbers.dtype == dtype
        assert_normal(numbers, 1, 0.5)


@LEVELS
def test_the_shape_of_an_input(level):
    for dtype in (np.float32, np.float64):
        for dynamic in ([], [0]):
            x = np.zeros((COUNT // 100, 100), dtype)
            numbers = OneNode("RandomUniformLike", [x], dynamic=dynamic).run(level)[0]
            assert (numbers.dtype, numbers.shape) == (dtype, x.shape)
            assert_uniform(numbers, 0, 1)
            assert_normal(OneNode("RandomNormalLike", [x], dynamic=dynamic).run(level)[0], 0, 1)


@LEVELS
@pytest.mark.parametrize("op", ["RandomUniform", "RandomNormal"])
def test_a_seed_gives_the_same_numbers_in_each_run(op, level):
    attributes = {"seed": 7.0}
    engine = source(op, attributes, shape=(50,)).build(level)
    context = engine.create_execution_context()
    feeds = {"idle": np.zeros(1, np.float32)}
    first, second = context.infer(feeds)["y0"].copy(), context.infer(feeds)["y0"]
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, source(op, attributes, shape=(50,)).run(level)[0])
    other = source(op, {"seed": 8.0}, shape=(50,)).run(level)[0]
    assert (first != other).all()


@LEVELS
@pytest.mark.parametrize("op", ["RandomUniform", "RandomNormal"])
def test_numbers_without_a_seed_differ(op, level):
    """From run to run, and from one node to another of the same attributes."""
    node = source(op, {}, shape=(50,))
    twin = helper.make_node(op, [], ["y1"], shape=[50])
    node.model.graph.node.append(twin)
    node.model.graph.output.append(helper.make_tensor_value_info("y1", 1, [50]))
    context = node.build(level).create_execution_context()
    feeds = {"idle": np.zeros(1, np.float32)}
    outputs = [{k: v.copy() for k, v in context.infer(feeds).items()} for _ in range(2)]
    assert (outputs[0]["y0"] != outputs[1]["y0"]).all()
    assert (outputs[0]["y0"] != outputs[0]["y1"]).all()


@LEVELS
def test_chances_of_bernoulli(level):
    chances = np.tile(np.array([0, 0.25, 0.9, 1], np.float32), (COUNT, 1))
    for attributes in ({}, {"seed": 3.0}, {"dtype": onnx.TensorProto.INT32}):
        drawn = OneNode("Bernoulli", [chances], attributes).run(level)[0]
        assert set(np.unique(drawn)) == {0, 1}
        np.testing.assert_allclose(drawn.mean(0), chances[0], atol=5 * 0.5 / np.sqrt(COUNT))
        assert (drawn.mean(0)[[0, 3]] == [0, 1]).all()


@LEVELS
def test_chances_of_classes(level):
    chances = np.array([[0.5, 0, 0.125, 0.375], [0, 0, 0, 1], [0.25, 0.25, 0.25, 0.25]])
    for dtype, kind in ((np.float32, np.int32), (np.float64, np.int64)):
        with np.errstate(divide="ignore"):
            logarithms = (np.log(chances) + 3).astype(dtype)
        attributes = {
            "sample_size": COUNT,
            "dtype": helper.np_dtype_to_tensor_dtype(np.dtype(kind)),
        }
        for dynamic in ([], [0]):
            node = OneNode("Multinomial", [logarithms], attributes, dynamic=dynamic)
            drawn = node.run(level)[0]
            assert (drawn.dtype, drawn.shape) == (kind, (3, COUNT))
            for row, expected in zip(drawn, chances, strict=True):
                shares = np.bincount(row, minlength=4) / COUNT
                np.testing.assert_allclose(shares, expected, atol=5 * 0.5 / np.sqrt(COUNT))
                assert (shares[expected == 0] == 0).all()
        node = OneNode("Multinomial", [logarithms], attributes | {"seed": 1.0})
        np.testing.assert_array_equal(node.run(level)[0], node.run(level)[0])
