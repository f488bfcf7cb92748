"""RoiAlign, DeformConv, MaxPool's indices and MaxUnpool: random variants against ONNX Runtime."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import onnxruntime_outputs
from one_node import Draw, OneNode
from onnx import TensorProto


def roi_align(d: Draw) -> tuple[int, str, list[np.ndarray], dict, int]:
    opset = d.pick((10, 16, 22))
    boxes = d.pick((1, 5))
    x = d.floats(d.pick((1, 3)), 2, *d.ints(2, 4, 12))
    corners = d.floats(boxes, 2, low=-3, high=12)
    rois = np.concatenate([corners, corners + d.floats(boxes, 2, low=-1, high=14)], 1)
    attributes = {
        "mode": d.pick(("avg", "max")),
        "output_height": d.pick((1, 3)),
        "output_width": d.pick((2, 4)),
        "sampling_ratio": d.pick((0, 2)),
        "spatial_scale": d.pick((1.0, 0.5)),
    }
    if opset >= 16:
        shift = d.pick((None, "half_pixel", "output_half_pixel"))
        if shift:
            attributes["coordinate_transformation_mode"] = shift
    batch = d.rng.integers(0, x.shape[0], boxes)
    return opset, "RoiAlign", [x, rois, batch], attributes, 1


def deform_conv(d: Draw) -> tuple[int, str, list[np.ndarray], dict, int]:
    groups, offset_groups = d.pick((1, 2)), d.pick((1, 2))
    channels, maps = 2 * groups * offset_groups, groups * d.pick((1, 3))
    window, strides, dilations = d.ints(2, 1, 3), d.ints(2, 1, 2), d.ints(2, 1, 2)
    pads = d.ints(4, 0, 2)
    x = d.floats(d.pick((1, 2)), channels, *d.ints(2, 6, 9))
    out = [
        (x.shape[2 + i] + pads[i] + pads[2 + i] - dilations[i] * (window[i] - 1) - 1) // strides[i]
        + 1
        for i in range(2)
    ]
    taps = offset_groups * window[0] * window[1]
    inputs = [
        x,
        d.floats(maps, channels // groups, *window),
        d.floats(x.shape[0], 2 * taps, *out, low=-4, high=4),
    ]
    if d.pick((True, False)):
        inputs += [d.floats(maps), d.floats(x.shape[0], taps, *out)]
    attributes = {
        "group": groups,
        "offset_group": offset_groups,
        "strides": strides,
        "dilations": dilations,
        "pads": pads,
    }
    return d.pick((19, 22)), "DeformConv", inputs, attributes, 1


def max_pool(d: Draw) -> tuple[int, str, list[np.ndarray], dict, int]:
    axes = d.pick((1, 2, 3))
    # Few different numbers: which of equal ones is taken shows.
    x = d.rng.integers(-3, 4, (2, 3, *d.ints(axes, 5, 8))).astype(np.float32)
    attributes: dict = {
        "kernel_shape": d.ints(axes, 2, 3),
        "strides": d.ints(axes, 1, 2),
        "storage_order": d.pick((0, 1)),
    }
    if d.pick((True, False)):
        attributes["auto_pad"] = d.pick(("SAME_UPPER", "SAME_LOWER", "VALID"))
    else:
        attributes["pads"] = d.ints(2 * axes, 0, 1)
        attributes["dilations"] = d.ints(axes, 1, 2)
        attributes["ceil_mode"] = d.pick((0, 1))
    return d.pick((12, 22)), "MaxPool", [x], attributes, 2


def max_unpool(d: Draw) -> tuple[int, str, list[np.ndarray], dict, int]:
    axes = d.pick((1, 2, 3))
    window = d.ints(axes, 1, 3)
    shape = [2, 2, *d.ints(axes, 2, 4)]
    whole = shape[:2] + [
        n * k for n, k in zip(shape[2:], window, strict=True)
    ]  # windows side by side
    count, places = int(np.prod(shape)), int(np.prod(whole))
    indices = d.rng.permutation(places)[:count].reshape(shape)
    attributes = {"kernel_shape": window, "strides": window}
    return d.pick((11, 22)), "MaxUnpool", [d.floats(*shape), indices], attributes, 1


OPERATORS: dict[str, Callable] = {
    f.__name__: f for f in (roi_align, deform_conv, max_pool, max_unpool)
}


# ONNX Runtime has no newer versions of these; what they compute is the same.
ORACLE_OPSETS = {"RoiAlign": 16, "MaxUnpool": 11, "DeformConv": 19}


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("seed", range(16))
def test_a_variant_gives_what_onnx_runtime_gives(op: str, seed: int):
    opset, name, inputs, attributes, outputs = OPERATORS[op](Draw(seed))
    types = [TensorProto.FLOAT, TensorProto.INT64][:outputs]
    dynamic = [0] if seed % 3 == 2 else []

    def node(version: int) -> OneNode:
        return OneNode(name, inputs, attributes, version, outputs, (), dynamic, types)

    got = node(opset).run(level=seed % 4)
    oracle = node(min(opset, ORACLE_OPSETS.get(name, opset)))
    expected = onnxruntime_outputs(oracle.model.SerializeToString(), oracle.feeds)
    for array, want in zip(got, expected.values(), strict=True):
        assert array.shape == want.shape
        np.testing.assert_allclose(array, want, rtol=1e-4, atol=2e-5)


def test_an_output_shape_adds_zeros_behind():
    x = np.arange(1, 5, dtype=np.float32).reshape(1, 1, 2, 2)
    indices = np.array([5, 7, 13, 15]).reshape(x.shape)
    attributes = {"kernel_shape": [2, 2], "strides": [2, 2]}
    node = OneNode("MaxUnpool", [x, indices, np.array([1, 1, 5, 6])], attributes, constants=[2])
    np.testing.assert_array_equal(node.run()[0], node.expected()[0])
