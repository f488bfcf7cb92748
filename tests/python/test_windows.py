"""Random windows: pools, convolutions, response normalization, padding and resizing of small images
with every kind of attribute.

Pools are compared with a transcript of the operator's text, which ONNX Runtime follows too but for
SAME_* with dilations, where its extents are not the ceil(extent / stride) that the text asks for.
The others are compared with ONNX Runtime; Pad, where it refuses to reflect more than there is, with
onnx's reference evaluator."""

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
from conftest import ListLogger, load
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import trtlike as trt

POOLS = ("MaxPool", "AveragePool", "LpPool")
OTHERS = ("Conv", "ConvTranspose", "LRN", "Pad", "Resize")
QUICK, MANY = range(40), range(40, 1500)

Attributes = dict[str, object]


def window(random: np.random.Generator, axes: int) -> Attributes:
    kernel = random.integers(1, 5, axes)
    attributes: Attributes = {
        "kernel_shape": kernel.tolist(),
        "strides": random.integers(1, 4, axes).tolist(),
    }
    mode = random.choice(["NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"])
    if mode == "NOTSET":
        attributes["pads"] = random.integers(0, np.tile(kernel, 2)).tolist()
    else:
        attributes["auto_pad"] = str(mode)
    if random.random() < 0.4:
        attributes["dilations"] = random.integers(1, 3, axes).tolist()
    return attributes


def per_axis(attributes: Attributes, name: str, axes: int) -> list[int]:
    return attributes.get(name, [1] * axes)  # type: ignore[return-value]


def pool_axis(extent: int, i: int, axes: int, attributes: Attributes) -> tuple[int, int, int]:
    """Extent of the output and padding on both sides; the output is empty where no window fits."""
    kernel, stride = per_axis(attributes, "kernel_shape", axes)[i], attributes["strides"][i]
    reach = (kernel - 1) * per_axis(attributes, "dilations", axes)[i] + 1
    mode = attributes.get("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        out = -(-extent // stride)
        total = (out - 1) * stride + reach - extent
        before = int((total + (mode == "SAME_LOWER")) / 2)
        return out, before, total - before
    pads = attributes.get("pads", [0] * 2 * axes)
    before, after = pads[i], pads[axes + i]
    room = extent + before + after - reach
    if room < 0:
        return 0, before, after
    rounds_up = attributes.get("ceil_mode", 0)
    out = (-(-room // stride) if rounds_up else room // stride) + 1
    if rounds_up and (out - 1) * stride >= extent + before:
        out -= 1
    return out, before, after


def pool(op: str, x: np.ndarray, attributes: Attributes) -> np.ndarray:
    extents, axes = x.shape[2:], x.ndim - 2
    geometry = [pool_axis(extent, i, axes, attributes) for i, extent in enumerate(extents)]
    kernel = per_axis(attributes, "kernel_shape", axes)
    dilations = per_axis(attributes, "dilations", axes)
    y = np.zeros(x.shape[:2] + tuple(out for out, _, _ in geometry))
    for at in np.ndindex(*y.shape[2:]):
        inside, counted = [], 1
        for i, (_, before, after) in enumerate(geometry):
            start = at[i] * attributes["strides"][i] - before
            places = [start + j * dilations[i] for j in range(kernel[i])]
            inside.append([p for p in places if 0 <= p < extents[i]])
            counted *= len([p for p in places if -before <= p < extents[i] + after])
        values = x[(slice(None), slice(None), *np.ix_(*inside))].reshape(*x.shape[:2], -1)
        values = values.astype(np.float64)
        count = counted if attributes.get("count_include_pad") else values.shape[-1]
        if op == "MaxPool":
            result = values.max(-1, initial=-np.inf)
        elif op == "AveragePool":
            result = values.sum(-1) / max(count, 1)
        else:
            result = (np.abs(values) ** attributes["p"]).sum(-1) ** (1 / attributes["p"])
        y[(slice(None), slice(None), *at)] = result
    return y


def pool_attributes(random: np.random.Generator, op: str, axes: int) -> Attributes:
    attributes = window(random, axes)
    if "pads" in attributes and random.random() < 0.5:
        attributes["ceil_mode"] = 1
    if op == "AveragePool":
        attributes["count_include_pad"] = int(random.integers(0, 2))
    if op == "LpPool":
        attributes["p"] = int(random.integers(1, 4))
    return attributes


Case = tuple[np.ndarray, Attributes, list[np.ndarray | None]]


def convolution_case(random: np.random.Generator, op: str, x: np.ndarray) -> Case:
    axes, channels = x.ndim - 2, x.shape[1]
    attributes = window(random, axes)
    groups = int(random.choice([1, channels]))
    attributes["group"] = groups
    outputs = int(random.integers(1, 3))
    shape = (channels, outputs) if op == "ConvTranspose" else (groups * outputs, channels // groups)
    if op == "ConvTranspose" and random.random() < 0.3:
        room = np.maximum(attributes["strides"], per_axis(attributes, "dilations", axes))
        attributes["output_padding"] = random.integers(0, room).tolist()
    kernel = random.standard_normal((*shape, *attributes["kernel_shape"]))
    return x, attributes, [kernel.astype(np.float32)]


def resize_case(random: np.random.Generator, x: np.ndarray) -> Case:
    axes = x.ndim - 2
    modes = ["nearest", "linear", "cubic"] if axes == 2 else ["nearest", "linear"]
    attributes: Attributes = {"mode": str(random.choice(modes))}
    attributes["coordinate_transformation_mode"] = str(
        random.choice(["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"])
    )
    if attributes["mode"] == "nearest":
        roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
        attributes["nearest_mode"] = str(random.choice(roundings))
    sizes = np.concatenate([x.shape[:2], random.integers(1, 12, axes)])
    return x, attributes, [None, None, sizes]


def pad_case(random: np.random.Generator, x: np.ndarray) -> Case:
    mode = str(random.choice(["constant", "reflect", "edge", "wrap"]))
    pads = random.integers(0, 9, 2 * x.ndim)
    return x, {"mode": mode}, [pads]


def make_case(op: str, seed: int) -> Case:
    random = np.random.default_rng([seed, (POOLS + OTHERS).index(op)])
    # ONNX Runtime normalizes images only, with windows of odd size.
    axes = 2 if op == "LRN" else int(random.integers(1, 4))
    shape = [int(random.integers(1, 3)), int(random.integers(1, 4)), *random.integers(1, 8, axes)]
    x = random.standard_normal(shape).astype(np.float32)
    if op in POOLS:
        return x, pool_attributes(random, op, axes), []
    if op in ("Conv", "ConvTranspose"):
        return convolution_case(random, op, x)
    if op == "Resize":
        return resize_case(random, x)
    if op == "Pad":
        return pad_case(random, x)
    return x, {"size": int(random.choice([1, 3, 5])), "alpha": 0.5, "beta": 0.75, "bias": 1.5}, []


def make_model(op: str, case: Case) -> bytes:
    x, attributes, constants = case
    names = [f"c{i}" if array is not None else "" for i, array in enumerate(constants)]
    graph = helper.make_graph(
        [helper.make_node(op, ["x", *names], ["y"], name=op, **attributes)],
        "window",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(array, name)
            for name, array in zip(names, constants, strict=True)
            if array is not None
        ],
    )
    opset = 19 if op in ("Pad", "Resize") else 22
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    return model.SerializeToString()


def infer(model: bytes, x: np.ndarray, level: int) -> np.ndarray | str:
    """The output, or why there is none."""
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    parser = trt.OnnxParser(network, log)
    if not parser.parse(model):
        return parser.get_error(0).desc()
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    plan = builder.build_serialized_network(network, config)
    assert plan is not None, log.text
    return load(plan).create_execution_context().infer({"x": x})["y"]


def attempt(run: Callable[[], np.ndarray]) -> np.ndarray | None:
    try:
        return np.asarray(run())
    except Exception:
        return None


def by_onnx_runtime(model: bytes, x: np.ndarray) -> np.ndarray | None:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    provider = ["CPUExecutionProvider"]
    return attempt(
        lambda: onnxruntime.InferenceSession(model, options, providers=provider).run(
            None, {"x": x}
        )[0]
    )


def by_evaluator(model: bytes, x: np.ndarray) -> np.ndarray | None:
    return attempt(lambda: ReferenceEvaluator(onnx.load_from_string(model)).run(None, {"x": x})[0])


def check_pools(op: str, seeds: range) -> None:
    compared = checked = 0
    for seed in seeds:
        case = make_case(op, seed)
        x, attributes, _ = case
        want, model = pool(op, x, attributes), make_model(op, case)
        got = infer(model, x, level=seed % 2 * 3)
        message = f"{op} of seed {seed}: {x.shape} {attributes}"
        if 0 in want.shape:
            assert isinstance(got, str) and "for the window" in got, message
            continue
        assert not isinstance(got, str), f"{message}: {got}"
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5, err_msg=message)
        compared += 1
        is_same = str(attributes.get("auto_pad")).startswith("SAME")
        theirs = by_onnx_runtime(model, x)
        if theirs is not None and not (is_same and "dilations" in attributes):
            np.testing.assert_allclose(theirs, want, rtol=1e-4, atol=1e-5, err_msg=message)
            checked += 1
    assert compared > len(seeds) // 2 and checked > len(seeds) // 4


def has_ambiguous_padding(op: str, x: np.ndarray, attributes: Attributes) -> bool:
    """True for a transposed convolution whose auto_pad would have to pad by less than nothing: the
    text fixes the extents only, ONNX Runtime gives fewer, and the evaluator shifts the elements."""
    if op != "ConvTranspose" or not str(attributes.get("auto_pad")).startswith("SAME"):
        return False
    kernel, axes = attributes["kernel_shape"], x.ndim - 2
    reach = (np.array(kernel) - 1) * per_axis(attributes, "dilations", axes) + 1
    return bool((reach < attributes["strides"]).any())


def check_others(op: str, seeds: range) -> None:
    compared = 0
    for seed in seeds:
        case = make_case(op, seed)
        x, attributes, _ = case
        if has_ambiguous_padding(op, x, attributes):
            continue
        model = make_model(op, case)
        want = by_onnx_runtime(model, x)
        if want is None and op == "Pad":
            want = by_evaluator(model, x)
        got = infer(model, x, level=seed % 2 * 3)
        if want is None or isinstance(got, str):
            continue
        message = f"{op} of seed {seed}: {x.shape} {attributes}"
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5, err_msg=message)
        compared += 1
    assert compared > len(seeds) // 2


@pytest.mark.parametrize("op", POOLS)
def test_pools_follow_the_text(op: str):
    check_pools(op, QUICK)


@pytest.mark.parametrize("op", OTHERS)
def test_windows_give_what_onnx_runtime_gives(op: str):
    check_others(op, QUICK)


@pytest.mark.long
@pytest.mark.parametrize("op", POOLS)
def test_many_pools_follow_the_text(op: str):
    check_pools(op, MANY)


@pytest.mark.long
@pytest.mark.parametrize("op", OTHERS)
def test_many_windows_give_what_onnx_runtime_gives(op: str):
    check_others(op, MANY)
