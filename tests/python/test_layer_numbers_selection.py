"""Assertions, NonZero and NMS of the network API: numbers by hand or by numpy, and how runs end."""

import numpy as np
import pytest
from conftest import ListLogger, load
from layer_networks import LEVELS, build, check, constant, new_network, normal, rng, run

import trtlike as trt


def equal_widths(network, a, b):
    """The last extents of both, and an assertion that they are one."""
    one = [network.add_slice(network.add_shape(x).get_output(0), (1,), (1,), (1,)) for x in (a, b)]
    same = network.add_elementwise(
        one[0].get_output(0), one[1].get_output(0), trt.ElementWiseOperation.EQUAL
    )
    return network.add_assertion(same.get_output(0), "widths differ")


@pytest.mark.parametrize("level", LEVELS)
def test_an_assertion_about_shapes_ends_the_run(level):
    log = ListLogger()
    builder, network = new_network(log)
    a, b = (network.add_input(name, trt.float32, (2, -1)) for name in "ab")
    equal_widths(network, a, b)
    network.mark_output(network.add_identity(a).get_output(0))
    network.mark_output(network.add_identity(b).get_output(0))
    profile = builder.create_optimization_profile()
    for name in "ab":
        profile.set_shape(name, (2, 1), (2, 3), (2, 9))
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    assert plan is not None, log.text
    context = load(plan).create_execution_context()
    context.infer({"a": normal(2, 4), "b": normal(2, 4)})
    with pytest.raises(trt.UserError, match="widths differ"):
        context.infer({"a": normal(2, 4), "b": normal(2, 5)})
    context.infer({"a": normal(2, 7), "b": normal(2, 7)})


@pytest.mark.parametrize("level", LEVELS)
def test_an_assertion_about_elements_ends_the_run(level):
    log = ListLogger()
    builder, network = new_network()
    x = network.add_input("x", trt.float32, (3,))
    less = network.add_elementwise(x, constant(network, [9] * 3), trt.ElementWiseOperation.LESS)
    network.add_assertion(less.get_output(0), "x is too large")
    network.mark_output(network.add_unary(x, trt.UnaryOperation.NEG).get_output(0))
    context = load(build(builder, network, level), log).create_execution_context()
    x = normal(3)
    (got,) = context.infer({"x": x}).values()
    np.testing.assert_array_equal(got, -x)
    x[1] = 9
    with pytest.raises(RuntimeError, match="the run failed"):
        context.infer({"x": x})
    assert "got false at 1: x is too large" in log.text
    x[1] = 8
    context.infer({"x": x})


def test_an_assertion_about_an_input_asks_the_profile_for_its_range():
    log = ListLogger()
    builder, network = new_network(log)
    network.add_assertion(network.add_input("holds", trt.bool, (2,)), "no such luck")
    x = network.add_input("x", trt.float32, (3,))
    network.mark_output(network.add_identity(x).get_output(0))
    assert build(builder, network, 3) is None
    assert "set_shape_input" in log.text


def test_a_network_whose_assertion_is_false_is_not_built():
    log = ListLogger()
    builder, network = new_network(log)
    a, b = (
        network.add_input(name, trt.float32, (2, width)) for name, width in (("a", 3), ("b", 4))
    )
    layer = equal_widths(network, a, b)
    assert layer.num_outputs == 0
    network.mark_output(network.add_identity(a).get_output(0))
    assert build(builder, network, 3) is None
    assert "widths differ" in log.text


def test_an_assertion_that_holds_costs_nothing():
    builder, network = new_network()
    a, b = (network.add_input(name, trt.float32, (2, 3)) for name in "ab")
    equal_widths(network, a, b)
    network.mark_output(network.add_elementwise(a, b, trt.ElementWiseOperation.SUM).get_output(0))
    engine = load(build(builder, network, 3))
    assert engine.num_layers == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int32, np.int64, np.bool_])
@pytest.mark.parametrize("indices", [trt.int32, trt.int64])
def test_non_zero(dtype, indices):
    x = rng().integers(0, 2, (3, 4, 5)).astype(dtype)
    want = np.array(np.nonzero(x))
    for level in LEVELS:
        (got,) = run(lambda n, x: n.add_non_zero(x, indices), {"x": x}, level)
        assert got.dtype == (np.int32 if indices == trt.int32 else np.int64)
        np.testing.assert_array_equal(got, want)


def overlap(a, b):
    sides = [min(a[i + 2], b[i + 2]) - max(a[i], b[i]) for i in (0, 1)]
    if min(sides) <= 0:
        return 0.0
    common = sides[0] * sides[1]
    return common / (sum((x[2] - x[0]) * (x[3] - x[1]) for x in (a, b)) - common)


def nms(boxes, scores, most, iou=0.0, least=0.0, limit=5000):
    """TensorRT's: all classes of an image by score, of which the best are looked at."""
    rows = []
    for image in range(scores.shape[0]):
        ranked = sorted(np.ndindex(*scores.shape[1:]), key=lambda at: -scores[image][at])
        kept = {kind: [] for kind in range(scores.shape[2])}
        for box, kind in [at for at in ranked if scores[image][at] > least][:limit]:
            corners = boxes[image, box, kind] if boxes.ndim == 4 else boxes[image, box]
            if len(kept[kind]) < most and all(overlap(corners, k) <= iou for k in kept[kind]):
                kept[kind].append(corners)
                rows.append((image, kind, box))
    return np.array(rows, np.int32).reshape(-1, 3)


def boxes_of(*shape):
    corners = rng(1).random((*shape, 2), np.float32)
    return np.concatenate([corners, corners + 0.2 + rng(2).random((*shape, 2), np.float32)], -1)


@pytest.mark.parametrize("of_classes", [False, True])
@pytest.mark.parametrize("settings", [
    {"most": 3},
    {"most": 100, "iou": 0.5},
    {"most": 2, "iou": 0.3, "least": 0.4},
    {"most": 100, "iou": 0.9, "limit": 7},
    {"most": 0, "iou": 0.5},
])  # fmt: skip
def test_nms(of_classes, settings):
    boxes = boxes_of(2, 12, 3) if of_classes else boxes_of(2, 12)
    scores = rng(3).permutation(72).reshape(2, 12, 3).astype(np.float32) / 72

    def add(n, b, s):
        layer = n.add_nms(b, s, constant(n, settings["most"], np.int32))
        if "iou" in settings:
            layer.set_input(3, constant(n, settings["iou"]))
        if "least" in settings:
            layer.set_input(4, constant(n, settings["least"]))
        layer.topk_box_limit = settings.get("limit", 5000)
        return layer

    want = nms(boxes, scores, **settings)
    check(add, {"b": boxes, "s": scores}, want, np.int32(len(want)), tolerance=0)


def test_nms_takes_centers_and_gives_int64():
    boxes, scores = boxes_of(1, 9), rng(3).random((1, 9, 2), np.float32)
    centers = np.concatenate(
        [(boxes[..., :2] + boxes[..., 2:]) / 2, boxes[..., 2:] - boxes[..., :2]], -1
    )

    def add(n, b, s):
        layer = n.add_nms(b, s, constant(n, 4, np.int32), trt.int64)
        layer.set_input(3, constant(n, 0.4))
        layer.bounding_box_format = trt.BoundingBoxFormat.CENTER_SIZES
        return layer

    want = nms(boxes, scores, 4, 0.4)
    check(add, {"b": centers, "s": scores}, want, np.int32(len(want)), tolerance=0)
    assert run(add, {"b": centers, "s": scores})[0].dtype == np.int64


def test_the_limit_of_boxes_has_an_end():
    _, network = new_network()
    b = network.add_input("b", trt.float32, (1, 9, 4))
    s = network.add_input("s", trt.float32, (1, 9, 2))
    layer = network.add_nms(b, s, constant(network, 4, np.int32))
    with pytest.raises(trt.UserError, match="topk_box_limit: expected 1 to 5000, got 5001"):
        layer.topk_box_limit = 5001
