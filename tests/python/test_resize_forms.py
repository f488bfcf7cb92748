"""Forms of Resize beyond TensorRT's: wider filters against aliasing, regions, kept proportions,
some axes only. Against onnx's reference evaluator."""

import numpy as np
import pytest
from one_node import OneNode
from onnx import helper, numpy_helper

LEVELS = pytest.mark.parametrize("level", [0, 3])


def resize(level, x, attributes, scales=None, sizes=None, region=None, dtype=np.float32):
    inputs = [
        x.astype(dtype),
        None if region is None else np.array(region, np.float32),
        None if scales is None else np.array(scales, np.float32),
        None if sizes is None else np.array(sizes, np.int64),
    ]
    while inputs[-1] is None:
        inputs.pop()
    constants = [i for i in range(1, len(inputs)) if inputs[i] is not None]
    node = OneNode("Resize", inputs, attributes, 19, constants=constants)
    got = node.run(level)[0]
    assert got.dtype == dtype
    tolerance = 2e-3 if dtype == np.float16 else 2e-5
    np.testing.assert_allclose(got, node.expected()[0], atol=tolerance * np.abs(x).max())


@LEVELS
def test_wider_filters_against_aliasing(level):
    random = np.random.default_rng(11)
    for mode in ("linear", "cubic"):
        for sizes in ((1, 2, 5, 4), (1, 2, 3, 9), (1, 2, 20, 7), (1, 1, 11, 13)):
            for exclude_outside in (0, 1):
                attributes = {"mode": mode, "antialias": 1, "exclude_outside": exclude_outside}
                mapping = str(random.choice(["half_pixel", "asymmetric", "align_corners"]))
                attributes["coordinate_transformation_mode"] = mapping
                dtype = random.choice([np.float32, np.float16])
                resize(
                    level, random.normal(size=(1, 2, 11, 13)), attributes, sizes=sizes, dtype=dtype
                )
        attributes = {"mode": mode, "antialias": 1}
        resize(level, random.normal(size=(2, 9, 8)), attributes, scales=(1, 0.4, 0.6))


@LEVELS
def test_regions(level):
    random = np.random.default_rng(12)
    for mode in ("nearest", "linear", "cubic"):
        for begin, end in (
            ((0.2, 0.1), (0.7, 0.9)),
            ((-0.3, 0.4), (0.53, 1.57)),
            ((0.9, 0), (0.1, 1)),
        ):
            for sizes in ((5, 6), (1, 9), (7, 1)):
                attributes = {
                    "mode": mode,
                    "coordinate_transformation_mode": "tf_crop_and_resize",
                    "extrapolation_value": float(random.choice([0, 10])),
                }
                x = random.normal(size=(1, 2, 7, 8))
                region = [0, 0, *begin, 1, 1, *end]
                resize(level, x, attributes, sizes=(1, 2, *sizes), region=region)
                attributes["axes"] = [3, 2]
                region = [begin[1], begin[0], end[1], end[0]]
                resize(level, x, attributes, sizes=(sizes[1], sizes[0]), region=region)


@LEVELS
def test_kept_proportions(level):
    random = np.random.default_rng(13)
    for policy in ("not_larger", "not_smaller"):
        for mode in ("nearest", "linear"):
            for sizes in ((7, 8), (2, 9), (3, 3), (1, 5)):
                attributes = {"mode": mode, "keep_aspect_ratio_policy": policy, "axes": [1, 2]}
                resize(level, random.normal(size=(2, 5, 4)), attributes, sizes=sizes)


@LEVELS
@pytest.mark.parametrize("axes", [[2, 3], [3, 2], [3], [1]])
def test_scales_of_some_axes(axes, level):
    random = np.random.default_rng(14)
    scales = [2.0, 3.0][: len(axes)]
    x = random.normal(size=(1, 2, 3, 4)).astype(np.float32)
    attributes = {"mode": "linear", "axes": axes}
    resize(level, x, attributes, scales=scales)


@LEVELS
def test_computed_scales(level):
    """From the extents of another input: coordinates follow from them, not from the extents."""
    random = np.random.default_rng(18)
    for mode in ("nearest", "linear", "cubic"):
        for axes, extents in (
            (None, (2, 2, 3, 5)),
            ([2, 3], (3, 7)),
            ([3], (5,)),
            ([3, 2], (1, 6)),
        ):
            scales = np.array(extents, np.float32) / 2
            x = random.normal(size=(1, 2, 3, 5)).astype(np.float32)
            attributes = {"mode": mode} | ({} if axes is None else {"axes": axes})
            node = OneNode("Resize", [x, None, scales], attributes, 19, constants=[2])
            expected = node.expected()[0]
            graph = node.model.graph
            half = np.full(len(extents), 0.5, np.float32)
            graph.initializer[0].CopyFrom(numpy_helper.from_array(half, "half"))
            for i, made in enumerate(
                (
                    helper.make_node("Shape", ["z"], ["extents"]),
                    helper.make_node("Cast", ["extents"], ["numbers"], to=1),
                    helper.make_node("Mul", ["numbers", "half"], ["x2"]),
                )
            ):
                graph.node.insert(i, made)
            node.feeds["z"] = np.zeros(extents, np.float32)
            node.dynamic = ["z"]
            graph.input.append(helper.make_tensor_value_info("z", 1, [None] * len(extents)))
            np.testing.assert_allclose(node.run(level)[0], expected, atol=1e-4)


@LEVELS
def test_nearest_is_not_filtered(level):
    with pytest.raises(AssertionError, match="expected 0 for mode nearest, got 1"):
        resize(level, np.zeros((4, 4)), {"antialias": 1}, sizes=(2, 2))
