"""MatMulInteger and ConvInteger give ONNX Runtime's integers, to the last one: whatever kernels the
floats are summed by that stand for them, and where sums are beyond the whole numbers of FP32."""

import numpy as np
import pytest
from conftest import build_plan, load, onnxruntime_outputs
from onnx import TensorProto, helper, numpy_helper

LEVELS = [0, 3]
TYPES = {np.uint8: (0, 256), np.int8: (-128, 128)}


def integers(rng, dtype, *shape: int, extreme: bool = False) -> np.ndarray:
    low, high = TYPES[dtype]
    if extreme:
        return np.full(shape, high - 1, dtype)
    return rng.integers(low, high, shape).astype(dtype)


def check(op: str, x, constants: dict[str, np.ndarray], given=(), level=3, **attributes) -> None:
    """Of the inputs `x`, `w` and zero points, those in `given` come when it runs."""
    names = ["x", "w", *(name if name in constants else "" for name in ("x_zero", "w_zero"))]
    arrays = {"x": x} | {name: constants[name] for name in given}
    graph = helper.make_graph(
        [helper.make_node(op, names, ["y"], **attributes)],
        "g",
        [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
            )
            for name, array in arrays.items()
        ],
        [helper.make_tensor_value_info("y", TensorProto.INT32, None)],
        [numpy_helper.from_array(v, k) for k, v in constants.items() if k not in given],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    text = model.SerializeToString()
    expected = onnxruntime_outputs(text, arrays)["y"]
    got = load(build_plan(text, level=level)).create_execution_context().infer(arrays)["y"]
    np.testing.assert_array_equal(got, expected, f"{op} {x.shape} {constants['w'].shape}")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("extreme", [False, True], ids=["random", "extreme"])
@pytest.mark.parametrize("given", [(), ("w",)], ids=["constant", "computed"])
def test_products_of_integers_are_exact(level, extreme, given):
    rng = np.random.default_rng(level)
    for m, k, n, a, b in [
        (40, 768, 128, np.uint8, np.int8),
        (3, 1000, 9, np.uint8, np.uint8),
        (1, 257, 16, np.uint8, np.uint8),
    ]:
        constants = {"w": integers(rng, b, k, n, extreme=extreme)}
        if not extreme:
            constants |= {"x_zero": a(97), "w_zero": integers(rng, b, n)}
        check("MatMulInteger", integers(rng, a, m, k, extreme=extreme), constants, given, level)


def test_products_of_vectors_and_batches_are_exact():
    rng = np.random.default_rng(5)
    for a, b in [
        ((300,), (300, 4)),
        ((4, 300), (300,)),
        ((2, 3, 300), (2, 300, 5)),
        ((2, 8), (8, 2)),
    ]:
        check("MatMulInteger", integers(rng, np.uint8, *a), {"w": integers(rng, np.uint8, *b)})


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("extreme", [False, True], ids=["random", "extreme"])
def test_convolutions_of_integers_are_exact(level, extreme):
    rng = np.random.default_rng(level)
    for channels, maps, kernel, group in [
        (32, 32, (3, 3), 1),
        (64, 16, (3, 3), 1),
        (8, 8, (3, 3), 8),
        (300, 8, (1, 1), 1),
        (600, 2, (1, 1), 2),
        (16, 8, (3,), 1),
    ]:
        spatial = (14,) * len(kernel)
        x = integers(rng, np.uint8, 1, channels, *spatial, extreme=extreme)
        constants = {
            "w": integers(rng, np.uint8, maps, channels // group, *kernel, extreme=extreme)
        }
        if not extreme:
            constants |= {"x_zero": np.uint8(130), "w_zero": np.uint8(3)}
        pads = [k // 2 for k in kernel] * 2
        check("ConvInteger", x, constants, (), level, pads=pads, group=group)
