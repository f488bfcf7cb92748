"""Convolutions, pooling, padding and interpolation of the network API against numpy and ONNX's
reference evaluator."""

import itertools

import numpy as np
import onnx
import pytest
from layer_networks import check, constant, normal, rng
from onnx import helper
from onnx.reference import ReferenceEvaluator

import trtlike as trt

P = trt.PaddingMode
EMPTY = trt.Weights()


def onnx_run(op, feeds, opset=18, **attributes):
    node = helper.make_node(op, list(feeds), ["y"], **attributes)
    kinds = {k: helper.np_dtype_to_tensor_dtype(np.asarray(v).dtype) for k, v in feeds.items()}
    graph = helper.make_graph(
        [node], "g",
        [helper.make_tensor_value_info(k, kinds[k], np.shape(v)) for k, v in feeds.items()],
        [helper.make_empty_tensor_value_info("y")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    return ReferenceEvaluator(onnx.ModelProto.FromString(model.SerializeToString())).run(
        None, feeds
    )[0]


SPATIAL = {1: (9,), 2: (7, 8), 3: (5, 4, 6)}


@pytest.mark.parametrize("rank", SPATIAL)
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("late", ["weights", "tensors", "properties"])
def test_convolution(rank, groups, late):
    window = (3,) * rank
    x = normal(2, 4, *SPATIAL[rank])
    w, b = normal(6, 4 // groups, *window, seed=1), normal(6, seed=2)

    def add(n, x):
        if late == "tensors":
            layer = n.add_convolution_nd(x, 6, window, EMPTY, EMPTY)
            layer.num_groups = groups
            layer.set_input(1, constant(n, w))
            layer.set_input(2, constant(n, b))
            assert layer.num_inputs == 3
        elif late == "properties":
            layer = n.add_convolution_nd(x, 6, window, EMPTY)
            layer.num_groups = groups
            layer.kernel, layer.bias = w, b
        else:
            layer = n.add_convolution_nd(x, 6, window, w.ravel(), b)
            layer.num_groups = groups
        layer.stride_nd = (2,) * rank
        layer.pre_padding, layer.post_padding = (1,) * rank, (0,) * rank
        layer.dilation_nd = (1,) * (rank - 1) + (2,)
        return layer

    pads = [1] * rank + [0] * rank
    want = onnx_run("Conv", {"x": x, "w": w, "b": b}, group=groups, strides=[2] * rank, pads=pads,
                    dilations=[1] * (rank - 1) + [2])  # fmt: skip
    check(add, {"x": x}, want, tolerance=1e-4)


@pytest.mark.parametrize("rank", SPATIAL)
def test_a_kernel_may_be_computed_by_the_run(rank):
    window = (3,) * rank
    feeds = {"x": normal(1, 4, *SPATIAL[rank]), "w": normal(6, 4, *window, seed=1)}

    def add(n, x, w):
        layer = n.add_convolution_nd(x, 6, window, EMPTY)
        layer.set_input(1, w)
        return layer

    check(add, feeds, onnx_run("Conv", feeds), tolerance=1e-4)


@pytest.mark.parametrize("rank", SPATIAL)
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("late", [False, True])
def test_deconvolution(rank, groups, late):
    window = (3,) * rank
    x = normal(2, 4, *SPATIAL[rank])
    w, b = normal(4, 6 // groups, *window, seed=1), normal(6, seed=2)

    def add(n, x):
        if late:
            layer = n.add_deconvolution_nd(x, 6, window, EMPTY)
            layer.num_groups = groups
            layer.set_input(1, constant(n, w))
            layer.set_input(2, constant(n, b))
        else:
            layer = n.add_deconvolution_nd(x, 6, window, w, b)
        layer.stride_nd, layer.padding_nd = (2,) * rank, (1,) * rank
        return layer

    def of_group(i):
        parts = [np.split(a, groups, axis)[i] for a, axis in ((x, 1), (w, 0), (b, 0))]
        feeds = dict(zip("xwb", parts, strict=True))
        return onnx_run("ConvTranspose", feeds, strides=[2] * rank, pads=[1] * (2 * rank))

    want = np.concatenate([of_group(i) for i in range(groups)], 1)
    check(add, {"x": x}, want, tolerance=1e-4)


def test_a_kernel_of_any_array_rank_gives_three_axes():
    x, w = normal(1, 2, 5, 4, 6), normal(3, 2, 2, 3, 1, seed=1)
    for array in (w, w.ravel(), w.reshape(6, 6)):
        check(lambda n, x, array=array: n.add_convolution_nd(x, 3, (2, 3, 1), array), {"x": x},
              onnx_run("Conv", {"x": x, "w": w}), tolerance=1e-4)  # fmt: skip


def test_the_names_of_8_make_the_same_layer():
    x, w = normal(1, 2, 7, 8), normal(3, 2, 3, 2, seed=1)

    def add(n, x):
        layer = n.add_convolution(x, 3, (3, 2), w)
        layer.stride, layer.padding, layer.dilation = (2, 1), (1, 0), (1, 2)
        assert layer.kernel_size == (3, 2)
        assert (layer.stride.h, layer.stride.w) == (2, 1)
        pool = n.add_pooling(layer.get_output(0), trt.PoolingType.MAX, trt.DimsHW(2, 2))
        pool.stride = trt.DimsHW(1, 2)
        return n.add_padding(pool.get_output(0), (1, 0), (0, 2))

    y = onnx_run("Conv", {"x": x, "w": w}, strides=[2, 1], pads=[1, 0, 1, 0], dilations=[1, 2])
    y = onnx_run("MaxPool", {"x": y}, kernel_shape=[2, 2], strides=[1, 2])
    check(add, {"x": x}, np.pad(y, ((0, 0), (0, 0), (1, 0), (0, 2))), tolerance=1e-4)


MODES = {
    P.EXPLICIT_ROUND_DOWN: {"pads": [1, 0, 1, 0]},
    P.EXPLICIT_ROUND_UP: {"pads": [1, 0, 1, 0], "ceil_mode": 1},
    # Of nine rows five windows of three stay, of seven columns four windows of two.
    P.SAME_UPPER: {"pads": [1, 0, 1, 1]},
    P.SAME_LOWER: {"pads": [1, 1, 1, 0]},
}


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_pooling(mode):
    x = normal(2, 3, 9, 7)
    windows = {"kernel_shape": [3, 2], "strides": [2, 2]}

    def add(kind, excludes=True, blend=0.0):
        def add(n, x):
            layer = n.add_pooling_nd(x, kind, (3, 2))
            layer.stride_nd, layer.padding_nd, layer.padding_mode = (2, 2), (1, 0), mode
            layer.average_count_excludes_padding = excludes
            layer.blend_factor = blend
            return layer

        return add

    most = onnx_run("MaxPool", {"x": x}, **windows, **MODES[mode])
    check(add(trt.PoolingType.MAX), {"x": x}, most)
    mean = onnx_run("AveragePool", {"x": x}, **windows, **MODES[mode])
    check(add(trt.PoolingType.AVERAGE), {"x": x}, mean)
    check(add(trt.PoolingType.MAX_AVERAGE_BLEND, blend=0.25), {"x": x}, most * 0.75 + mean * 0.25)
    if mode == P.EXPLICIT_ROUND_DOWN:
        counted = onnx_run("AveragePool", {"x": x}, **windows, **MODES[mode], count_include_pad=1)
        check(add(trt.PoolingType.AVERAGE, excludes=False), {"x": x}, counted)


def test_pooling_of_three_axes():
    x = normal(1, 2, 5, 6, 4)
    check(lambda n, x: n.add_pooling_nd(x, trt.PoolingType.MAX, (2, 3, 2)), {"x": x},
          onnx_run("MaxPool", {"x": x}, kernel_shape=[2, 3, 2]))  # fmt: skip


def test_lrn():
    x = normal(2, 7, 3, 4)
    square = np.stack([(x[:, max(c - 2, 0) : c + 3] ** 2).sum(1) for c in range(7)], 1)
    want = x / (2.0 + 0.5 / 5 * square) ** 0.6

    def add(n, x):
        layer = n.add_lrn(x, 3, 0.1, 0.2, 1.0)
        layer.window_size, layer.alpha, layer.beta, layer.k = 5, 0.5, 0.6, 2.0
        return layer

    check(add, {"x": x}, want)


def test_padding_cuts_off_below_zero():
    x = normal(1, 2, 5, 6)
    check(lambda n, x: n.add_padding_nd(x, (1, -2), (-1, 3)), {"x": x},
          np.pad(x[:, :, :-1, 2:], ((0, 0), (0, 0), (1, 0), (0, 3))))  # fmt: skip


R, MODE, C, S = (
    trt.ResizeRoundMode, trt.InterpolationMode, trt.ResizeCoordinateTransformation,
    trt.ResizeSelector,
)  # fmt: skip
COORDINATES = {
    C.ALIGN_CORNERS: "align_corners",
    C.ASYMMETRIC: "asymmetric",
    C.HALF_PIXEL: "half_pixel",
}
ROUNDINGS = {
    R.HALF_UP: "round_prefer_ceil",
    R.HALF_DOWN: "round_prefer_floor",
    R.FLOOR: "floor",
    R.CEIL: "ceil",
}


def resized(x, scales, mode, **attributes):
    feeds = {"x": x, "roi": np.empty(0, np.float32), "scales": np.array(scales, np.float32)}
    return onnx_run("Resize", feeds, mode=mode, **attributes)


@pytest.mark.parametrize("coordinates", COORDINATES, ids=lambda c: c.name)
@pytest.mark.parametrize("rounding", ROUNDINGS, ids=lambda r: r.name)
def test_resize_to_the_nearest(coordinates, rounding):
    x = normal(1, 2, 4, 5)

    def add(n, x):
        layer = n.add_resize(x)
        layer.scales = [1, 1, 1.75, 2]
        layer.coordinate_transformation, layer.nearest_rounding = coordinates, rounding
        return layer

    want = resized(x, [1, 1, 1.75, 2], "nearest", nearest_mode=ROUNDINGS[rounding],
                   coordinate_transformation_mode=COORDINATES[coordinates])  # fmt: skip
    check(add, {"x": x}, want)


@pytest.mark.parametrize("coordinates", COORDINATES, ids=lambda c: c.name)
@pytest.mark.parametrize("mode", [MODE.LINEAR, MODE.CUBIC], ids=lambda m: m.name)
def test_resize_by_interpolation(coordinates, mode):
    x = normal(1, 2, 4, 5)
    settings = [(False, -0.75)] if mode == MODE.LINEAR else [(False, -0.5), (True, -0.75)]
    for excludes, coefficient in settings:

        def add(n, x, excludes=excludes, coefficient=coefficient):
            layer = n.add_resize(x)
            layer.resize_mode, layer.coordinate_transformation = mode, coordinates
            layer.shape = (1, 2, 8, 10)
            layer.exclude_outside, layer.cubic_coeff = excludes, coefficient
            return layer

        want = resized(x, [1, 1, 2, 2], mode.name.lower(), cubic_coeff_a=coefficient,
                       exclude_outside=int(excludes),
                       coordinate_transformation_mode=COORDINATES[coordinates])  # fmt: skip
        check(add, {"x": x}, want)


def test_resize_takes_its_shape_from_a_tensor():
    x = normal(1, 2, 4, 5)

    def add(n, x):
        layer = n.add_resize(x)
        layer.set_input(1, constant(n, [1, 2, 8, 10], np.int32))
        assert layer.num_inputs == 2
        return layer

    check(add, {"x": x}, x.repeat(2, 2).repeat(2, 3))


def test_the_selector_of_single_pixels():
    x = normal(1, 1, 4, 5)

    def add(selector):
        def add(n, x):
            layer = n.add_resize(x)
            layer.shape = (1, 1, 1, 5)
            layer.coordinate_transformation = C.HALF_PIXEL
            layer.nearest_rounding, layer.selector_for_single_pixel = R.FLOOR, selector
            return layer

        return add

    check(add(S.FORMULA), {"x": x}, x[:, :, 1:2])
    check(add(S.UPPER), {"x": x}, x[:, :, :1])


GRID_MODES = {MODE.NEAREST: "nearest", MODE.LINEAR: "linear", MODE.CUBIC: "cubic"}
SAMPLES = {
    trt.SampleMode.FILL: "zeros",
    trt.SampleMode.CLAMP: "border",
    trt.SampleMode.REFLECT: "reflection",
}


@pytest.mark.parametrize(("mode", "sample", "align"), list(itertools.product(
    GRID_MODES, SAMPLES, [False, True])))  # fmt: skip
def test_grid_sample(mode, sample, align):
    # ONNX clamps positions before it interpolates, where others clamp each tap.
    reach = 1.8 if (mode, sample) == (MODE.CUBIC, trt.SampleMode.CLAMP) else 2.4
    grid = (rng(1).random((1, 3, 4, 2), np.float32) - 0.5) * np.float32(reach)
    feeds = {"x": normal(1, 2, 4, 5), "g": grid}

    def add(n, x, g):
        layer = n.add_grid_sample(x, g)
        layer.interpolation_mode, layer.sample_mode, layer.align_corners = mode, sample, align
        return layer

    want = onnx_run("GridSample", feeds, opset=20, mode=GRID_MODES[mode],
                    padding_mode=SAMPLES[sample], align_corners=int(align))  # fmt: skip
    check(add, feeds, want)
