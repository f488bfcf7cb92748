"""Layers that reduce, normalize or multiply, against numpy."""

import numpy as np
import pytest
from layer_networks import check, constant, normal, rng

import trtlike as trt

X = normal(2, 4, 5, 6)
R, M = trt.ReduceOperation, trt.MatrixOperation
REDUCTIONS = {R.SUM: np.sum, R.PROD: np.prod, R.MAX: np.max, R.MIN: np.min, R.AVG: np.mean}


@pytest.mark.parametrize("op", REDUCTIONS, ids=lambda op: op.name)
@pytest.mark.parametrize("keep", [False, True])
def test_reduce(op, keep):
    def add(n, x):
        layer = n.add_reduce(x, R.SUM, 1, not keep)
        layer.op, layer.axes, layer.keep_dims = op, 0b1010, keep
        return layer

    check(add, {"x": X}, REDUCTIONS[op](X, (1, 3), keepdims=keep), tolerance=1e-4)


@pytest.mark.parametrize("op", [trt.TopKOperation.MAX, trt.TopKOperation.MIN])
@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("indices", [trt.int32, trt.int64])
def test_topk(op, dynamic, indices):
    x = rng().permutation(240).reshape(X.shape).astype(np.float32)

    def add(n, x):
        layer = n.add_topk(x, trt.TopKOperation.MAX, 1, 1, indices)
        layer.op, layer.axes = op, 1 << 2
        if dynamic:
            layer.set_input(1, constant(n, 3, np.int32))
        else:
            layer.k = 3
        return layer

    order = np.argsort(x if op == trt.TopKOperation.MIN else -x, 2)[:, :, :3]
    check(add, {"x": x}, np.take_along_axis(x, order, 2), order, tolerance=0)


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def test_softmax():
    check(lambda n, x: n.add_softmax(x), {"x": X}, softmax(X, 1))
    check(lambda n, x: n.add_softmax(x), {"x": X[0, 0]}, softmax(X[0, 0], 0))

    def add(n, x):
        layer = n.add_softmax(x)
        layer.axes = 1 << 3
        return layer

    check(add, {"x": X}, softmax(X, 3))


@pytest.mark.parametrize("rank", [2, 3])
def test_ragged_softmax(rank):
    x = X[0, :, 0] if rank == 2 else X[:, :, 0]
    bounds = rng().integers(0, 7, x.shape[:-1])
    want = np.zeros_like(x)
    for at, bound in np.ndenumerate(bounds):
        if bound:
            want[at][:bound] = softmax(x[at][:bound], -1)
    feeds = {"x": x, "b": bounds[..., None].astype(np.int32)}
    check(lambda n, x, b: n.add_ragged_softmax(x, b), feeds, want)


def normalized(x, axes, epsilon):
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(var + epsilon)


@pytest.mark.parametrize("v2", [False, True])
def test_normalization_of_layers(v2):
    feeds = {"x": X, "s": normal(1, 1, 5, 6, seed=1), "b": normal(1, 1, 5, 6, seed=2)}

    def add(n, x, s, b):
        layer = (n.add_normalization_v2 if v2 else n.add_normalization)(x, s, b, 1)
        layer.axes, layer.epsilon = 0b1100, 0.5
        return layer

    check(add, feeds, normalized(X, (2, 3), 0.5) * feeds["s"] + feeds["b"])


@pytest.mark.parametrize("v2", [False, True])
def test_normalization_of_groups(v2):
    """Scales of groups in the old form, of channels in the new one."""
    scales = (1, 4 if v2 else 2, 1, 1)
    feeds = {"x": X, "s": normal(*scales, seed=1), "b": normal(*scales, seed=2)}

    def add(n, x, s, b):
        layer = (n.add_normalization_v2 if v2 else n.add_normalization)(x, s, b, 0b1100)
        layer.num_groups = 2
        return layer

    y = normalized(X.reshape(2, 2, 2, 5, 6), (2, 3, 4), 1e-5).reshape(X.shape)
    s, b = (feeds[k] if v2 else feeds[k].repeat(2, 1) for k in "sb")
    check(add, feeds, y * s + b)


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_cumulative(exclusive, reverse):
    def add(n, x):
        layer = n.add_cumulative(
            x, constant(n, 2, np.int32), trt.CumulativeOperation.SUM, not exclusive, not reverse
        )
        layer.exclusive, layer.reverse = exclusive, reverse
        return layer

    x = np.flip(X, 2) if reverse else X
    want = np.cumsum(x, 2) - (x if exclusive else 0)
    check(add, {"x": X}, np.flip(want, 2) if reverse else want, tolerance=1e-4)


@pytest.mark.parametrize("op0", [M.NONE, M.TRANSPOSE, M.VECTOR], ids=lambda op: op.name)
@pytest.mark.parametrize("op1", [M.NONE, M.TRANSPOSE, M.VECTOR], ids=lambda op: op.name)
def test_matrix_multiply(op0, op1):
    shapes = {M.NONE: (3, 4), M.TRANSPOSE: (4, 3), M.VECTOR: (4,)}
    other = {M.NONE: (4, 5), M.TRANSPOSE: (5, 4), M.VECTOR: (4,)}
    feeds = {"a": normal(2, *shapes[op0]), "b": normal(2, *other[op1], seed=1)}

    def add(n, a, b):
        return n.add_matrix_multiply(a, op0, b, op1)

    a = feeds["a"][:, None] if op0 == M.VECTOR else feeds["a"]
    b = feeds["b"][..., None] if op1 == M.VECTOR else feeds["b"]
    a, b = (np.swapaxes(m, 1, 2) if op == M.TRANSPOSE else m for m, op in ((a, op0), (b, op1)))
    want = a @ b
    if op1 == M.VECTOR:
        want = want[..., 0]
    if op0 == M.VECTOR:
        want = want[:, 0]
    check(add, feeds, want)


@pytest.mark.parametrize("equation", ["bij,bjk->bik", "bij,bkj->ik", "bij,bjk", "bij,bjk->b"])
def test_einsum(equation):
    feeds = {"a": normal(2, 4, 4), "b": normal(2, 4, 4, seed=1)}

    def add(n, a, b):
        layer = n.add_einsum([a, b], "bij,bjk->ijk")
        layer.equation = equation
        return layer

    check(add, feeds, np.einsum(equation, *feeds.values()), tolerance=1e-4)
