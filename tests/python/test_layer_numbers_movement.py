"""Layers that move elements, and those that make them, against numpy."""

import numpy as np
import pytest
from conftest import load
from layer_networks import LEVELS, build, check, constant, new_network, normal, rng, run

import trtlike as trt

X = normal(3, 4, 5)
MODES = {
    trt.SampleMode.WRAP: "wrap",
    trt.SampleMode.CLAMP: "edge",
    trt.SampleMode.REFLECT: "reflect",
}


@pytest.mark.parametrize("dynamic", [False, True])
def test_shuffle(dynamic):
    def add(n, x):
        layer = n.add_shuffle(x)
        layer.first_transpose = (2, 0, 1)
        if dynamic:
            layer.set_input(1, constant(n, [0, -1], np.int32))
            assert layer.num_inputs == 2
        else:
            layer.reshape_dims = (0, -1)
        layer.second_transpose = trt.Permutation([1, 0])
        return layer

    check(add, {"x": X}, X.transpose(2, 0, 1).reshape(5, -1).T, tolerance=0)


def test_shuffle_takes_zeros_as_extents():
    def add(n, x):
        layer = n.add_shuffle(x)
        layer.zero_is_placeholder = False
        layer.reshape_dims = (0, 7)
        return layer

    check(add, {"x": np.empty((0, 3), np.float32)}, np.empty((0, 7)))


def test_slice():
    def add(n, x):
        layer = n.add_slice(x, (0, 0, 0), (1, 1, 1), (1, 1, 1))
        layer.start, layer.shape, layer.stride = (2, 0, 1), (2, 4, 2), (-2, 1, 2)
        return layer

    check(add, {"x": X}, X[2::-2, :, 1:4:2], tolerance=0)


def test_slice_of_some_axes():
    def add(n, x):
        layer = n.add_slice(x, (1,), (2,), (2,))
        layer.axes = (1,)
        return layer

    check(add, {"x": X}, X[:, 1::2], tolerance=0)


@pytest.mark.parametrize("which", [(1,), (2,), (3,), (1, 2, 3), (1, 2, 3, 5)])
def test_slice_takes_its_lists_from_tensors(which):
    lists = {1: (0, 1, 0), 2: (2, 2, 3), 3: (1, 2, 1), 5: (0, 1, 2)}

    def add(n, x):
        layer = n.add_slice(x, *(lists[i] for i in (1, 2, 3)))
        for i in which:
            layer.set_input(i, constant(n, lists[i], np.int32))
        assert layer.num_inputs == max(which) + 1
        return layer

    check(add, {"x": X}, X[:2, 1:4:2, :3], tolerance=0)


def test_slice_takes_its_lists_from_the_run():
    builder, network = new_network()
    x = network.add_input("x", trt.float32, (3, -1))
    layer = network.add_slice(x, (0, 1), (0, 0), (1, 1))
    shape = network.add_shape(x).get_output(0)
    less = network.add_elementwise(
        shape, constant(network, [0, 1], np.int64), trt.ElementWiseOperation.SUB
    )
    layer.set_input(2, less.get_output(0))
    network.mark_output(layer.get_output(0))
    profile = builder.create_optimization_profile()
    profile.set_shape("x", (3, 1), (3, 4), (3, 9))
    config = builder.create_builder_config()
    config.add_optimization_profile(profile)
    context = load(builder.build_serialized_network(network, config)).create_execution_context()
    for width in (1, 4, 9):
        x = normal(3, width)
        np.testing.assert_array_equal(next(iter(context.infer({"x": x}).values())), x[:, 1:])


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_slice_reaches_outside(mode):
    def add(n, x):
        layer = n.add_slice(x, (0, -1, -2), (3, 6, 9), (1, 1, 1))
        layer.mode = mode
        return layer

    check(add, {"x": X}, np.pad(X, ((0, 0), (1, 1), (2, 2)), MODES[mode]), tolerance=0)


def test_slice_fills_what_is_outside():
    def add(n, x):
        layer = n.add_slice(x, (0, -1, -2), (3, 6, 9), (1, 1, 1))
        layer.mode = trt.SampleMode.FILL
        layer.set_input(4, constant(n, 7))
        return layer

    check(add, {"x": X}, np.pad(X, ((0, 0), (1, 1), (2, 2)), constant_values=7), tolerance=0)


def test_concatenation():
    feeds = {"a": X, "b": normal(3, 4, 2, seed=1)}

    def add(n, a, b):
        layer = n.add_concatenation([a, b])
        layer.axis = 2
        return layer

    check(add, feeds, np.concatenate([*feeds.values()], 2), tolerance=0)
    pair = {"a": X, "b": normal(2, 4, 5, seed=1)}
    check(lambda n, a, b: n.add_concatenation([a, b]), pair,
          np.concatenate([*pair.values()], 0), tolerance=0)  # fmt: skip


def test_gather():
    feeds = {"x": X, "i": np.array([[3, 0], [1, 1]], np.int32)}
    check(lambda n, x, i: n.add_gather(x, i, 1), feeds, X[:, feeds["i"]], tolerance=0)
    along = {"x": X, "i": rng().integers(0, 4, (3, 2, 5)).astype(np.int32)}

    def add(n, x, i):
        layer = n.add_gather_v2(x, i, trt.GatherMode.ELEMENT)
        layer.axis = 1
        return layer

    check(add, along, np.take_along_axis(X, along["i"], 1), tolerance=0)
    nd = {"x": X, "i": np.array([[2, 0], [1, 3]], np.int32)}
    check(lambda n, x, i: n.add_gather_v2(x, i, trt.GatherMode.ND), nd,
          X[nd["i"][:, 0], nd["i"][:, 1]], tolerance=0)  # fmt: skip

    def add_batched(n, x, i):
        layer = n.add_gather_v2(x, i, trt.GatherMode.ND)
        layer.num_elementwise_dims = 1
        return layer

    batched = {"x": X, "i": np.array([[[1, 2]], [[3, 0]], [[0, 4]]], np.int32)}
    i = batched["i"][:, 0]
    check(add_batched, batched, X[np.arange(3), i[:, 0], i[:, 1]][:, None], tolerance=0)


def test_scatter():
    feeds = {"x": X, "i": np.array([[2, 1], [0, 3]], np.int32), "u": normal(2, 5, seed=1)}
    want = X.copy()
    want[feeds["i"][:, 0], feeds["i"][:, 1]] = feeds["u"]
    check(lambda n, x, i, u: n.add_scatter(x, i, u, trt.ScatterMode.ND), feeds, want, tolerance=0)
    elements = {"x": X, "i": np.array([[[3], [0], [1], [2]]], np.int32), "u": normal(1, 4, 1)}

    def add(n, x, i, u):
        layer = n.add_scatter(x, i, u, trt.ScatterMode.ELEMENT)
        layer.axis = 2
        return layer

    want = X.copy()
    np.put_along_axis(want[:1, :, :], elements["i"].astype(np.int64), elements["u"], 2)
    check(add, elements, want, tolerance=0)


def test_shape_squeeze_and_unsqueeze():
    check(lambda n, x: n.add_shape(x), {"x": X}, X.shape, tolerance=0)
    y = normal(1, 3, 1, 2)
    check(lambda n, y: n.add_squeeze(y, constant(n, [0, -2], np.int32)), {"y": y}, y[0, :, 0])
    check(lambda n, x: n.add_unsqueeze(x, constant(n, [1, -1], np.int64)), {"x": X},
          X[:, None, ..., None])  # fmt: skip

    def add(n, y):
        layer = n.add_squeeze(y, constant(n, [0], np.int32))
        layer.set_input(1, constant(n, [2], np.int32))
        return layer

    check(add, {"y": y}, y[:, :, 0])


def test_one_hot():
    feeds = {"i": np.array([[0, 3], [2, 1]], np.int32), "v": np.array([-1, 5], np.float32)}

    def add(axis):
        return lambda n, i, v: n.add_one_hot(i, v, constant(n, 4, np.int32), axis)

    want = np.where(feeds["i"][..., None] == np.arange(4), 5, -1)
    check(add(-1), feeds, want, tolerance=0)
    check(add(0), feeds, np.moveaxis(want, -1, 0), tolerance=0)


@pytest.mark.parametrize("batch_axis", [0, 1])
def test_reverse_sequence(batch_axis):
    lengths = [2, 0, 3] if batch_axis == 0 else [3, 1, 2, 0]

    def add(n, x, count):
        layer = n.add_reverse_sequence(x, count)
        layer.batch_axis, layer.sequence_axis = batch_axis, 1 - batch_axis
        return layer

    want = np.moveaxis(X, batch_axis, 0).copy()
    for row, length in zip(want, lengths, strict=True):
        row[:length] = row[:length][::-1].copy()
    feeds = {"x": X, "n": np.array(lengths, np.int32)}
    check(add, feeds, np.moveaxis(want, 0, batch_axis), tolerance=0)


def test_constants_take_other_shapes_and_elements():
    values = np.arange(6, dtype=np.float32)

    def add(n, x):
        layer = n.add_constant((6,), values)
        layer.shape = (2, 3)
        other = n.add_constant((1,), np.zeros(1, np.float32))
        other.weights = values
        other.shape = (3, 2)
        np.testing.assert_array_equal(other.weights.numpy(), values)
        return [n.add_identity(layer.get_output(0)).get_output(0),
                n.add_identity(other.get_output(0)).get_output(0)]  # fmt: skip

    check(add, {"x": X}, values.reshape(2, 3), values.reshape(3, 2), tolerance=0)


def test_fill_counts_up():
    def add(n, x):
        layer = n.add_fill((4,), trt.FillOperation.LINSPACE)
        layer.alpha, layer.beta = 1.5, -0.5
        assert not layer.is_alpha_beta_int64()
        return layer

    check(add, {"x": X}, 1.5 - 0.5 * np.arange(4))
    check(lambda n, x: n.add_fill((4,), trt.FillOperation.LINSPACE), {"x": X}, np.arange(4))


def test_fill_keeps_all_bits_of_int64():
    first = 2**62 + 1

    def add(n, x):
        layer = n.add_fill((3,), trt.FillOperation.LINSPACE, trt.int64)
        layer.alpha, layer.beta = first, 3
        assert layer.is_alpha_beta_int64()
        assert (layer.alpha, layer.beta) == (first, 3)
        return layer

    for level in LEVELS:
        (got,) = run(add, {"x": X}, level)
        assert got.tolist() == [first, first + 3, first + 6]


def test_fill_takes_everything_from_tensors():
    def add(n, x):
        layer = n.add_fill((1,), trt.FillOperation.LINSPACE, trt.int32)
        for i, value in enumerate(([2, 3], 10, [100, 1])):
            layer.set_input(i, constant(n, value, np.int32))
        return layer

    check(add, {"x": X}, 10 + 100 * np.arange(2)[:, None] + np.arange(3))


@pytest.mark.parametrize("operation", ["RANDOM_UNIFORM", "RANDOM_NORMAL"])
@pytest.mark.parametrize("dynamic", [False, True])
def test_fill_draws_random_numbers(operation, dynamic):
    def add(n, x):
        layer = n.add_fill((50, 400), getattr(trt.FillOperation, operation))
        if dynamic:
            layer.set_input(0, constant(n, [50, 400], np.int32))
            layer.set_input(1, constant(n, 2))
            layer.set_input(2, constant(n, 4))
        else:
            layer.alpha, layer.beta = 2.0, 4.0
        return layer

    for level in LEVELS:
        (got,) = run(add, {"x": X}, level)
        uniform = operation == "RANDOM_UNIFORM"
        assert got.shape == (50, 400)
        assert abs(got.mean() - (3 if uniform else 2)) < 0.15
        assert abs(got.std() - (2 / 12**0.5 if uniform else 4)) < 0.1
        assert len(np.unique(got)) > 15000
        if uniform:
            assert got.min() >= 2
            assert got.max() <= 4


def test_random_numbers_differ_from_run_to_run():
    builder, network = new_network()
    layer = network.add_fill((100,), trt.FillOperation.RANDOM_UNIFORM)
    network.mark_output(layer.get_output(0))
    context = load(build(builder, network, 3)).create_execution_context()
    first, second = (next(iter(context.infer({}).values())).copy() for _ in range(2))
    assert (first != second).any()
