"""Extents that are not known before the run: every shape inside the profile gives ONNX Runtime's
numbers, also where two of them agree at most shapes only, or one of them is 1 and repeats.
"""

import itertools
from typing import NamedTuple

import numpy as np
import onnx
import pytest
from conftest import ListLogger, assert_close, build_plan, load, onnxruntime_outputs

import trtlike as trt


class Case(NamedTuple):
    """A model's inputs, outputs and body in ONNX's text form, and the extents to try.

    `extents` are those of each named dimension; `shapes` the inputs' dimensions. Constant weights
    are written into the body as Constant nodes, or made of `weights`.
    """

    inputs: dict[str, tuple]
    outputs: str
    body: str
    extents: dict[str, tuple[int, ...]]
    weights: dict[str, tuple[int, ...]] = {}
    types: dict[str, str] = {}


CONV = "Conv <kernel_shape = [3, 3], pads = [1, 1, 1, 1]>"
CASES = {
    "sum_where_either_side_repeats": Case(
        {"x": ("N", 4), "y": ("M", 4)},
        "float[P, 4] z",
        "a = Relu(x) b = Exp(y) s = Add(a, b) z = Tanh(s)",
        {"N": (1, 3), "M": (1, 3)},
    ),
    "pointwise_chain_with_a_late_operand_that_repeats_it": Case(
        {"x": ("N", 4), "y": ("M", 4), "w": ("K", 4)},
        "float[P, 4] z",
        "a = Sigmoid(x) b = Mul(a, y) c = Sub(b, w) z = Relu(c)",
        {"N": (1, 3), "M": (1, 3), "K": (1, 3)},
    ),
    "residual_that_repeats_a_convolution": Case(
        {"x": ("N", 2, 5, 5), "y": ("M", 4, 5, 5)},
        "float[P, 4, 5, 5] z",
        f"c = {CONV}(x, w) s = Add(c, y) z = Relu(s)",
        {"N": (1, 3), "M": (1, 3)},
        {"w": (4, 2, 3, 3)},
    ),
    "residual_of_other_rows_and_columns": Case(
        {"x": (1, 2, "H", "W"), "y": (1, 4, "I", "J")},
        "float[1, 4, A, B] z",
        f"c = {CONV}(x, w) s = Add(y, c) z = Relu(s)",
        {"H": (1, 6), "W": (1, 6), "I": (1, 6), "J": (1, 6)},
        {"w": (4, 2, 3, 3)},
    ),
    "gate_for_each_channel_of_another_batch": Case(
        {"x": ("N", 2, "H", "H"), "g": ("M", 4, 1, 1)},
        "float[P, 4, A, B] z",
        f"c = {CONV}(x, w) z = Mul(c, g)",
        {"N": (1, 2), "M": (1, 2), "H": (1, 7)},
        {"w": (4, 2, 3, 3)},
    ),
    "residual_behind_a_product": Case(
        {"x": ("N", "S", 8), "y": ("M", "T", 4)},
        "float[P, Q, 4] z",
        "p = MatMul(x, w) s = Add(p, y) z = Relu(s)",
        {"N": (1, 3), "S": (1, 5), "M": (1, 3), "T": (1, 5)},
        {"w": (8, 4)},
    ),
    "attention_with_a_mask_that_widens_the_scores": Case(
        {
            "q": ("N", 2, "S", 8),
            "k": ("N", 2, "T", 8),
            "v": ("N", 2, "T", 8),
            "m": ("M", 1, "R", "C"),
        },
        "float[A, 2, B, 8] z",
        "t = Transpose <perm = [0, 1, 3, 2]>(k) p = MatMul(q, t) s = Add(p, m)"
        " a = Softmax <axis = -1>(s) z = MatMul(a, v)",
        {"N": (1, 3), "S": (1, 5), "T": (5,), "M": (1, 3), "R": (1, 5), "C": (1, 5)},
    ),
    "attention_whose_batches_repeat": Case(
        {"q": ("N", 2, 5, 8), "k": ("M", 2, 6, 8), "v": ("K", 2, 6, 8)},
        "float[A, 2, 5, 8] z",
        "t = Transpose <perm = [0, 1, 3, 2]>(k) p = MatMul(q, t)"
        " a = Softmax <axis = -1>(p) z = MatMul(a, v)",
        {"N": (1, 3), "M": (1, 3), "K": (1, 3)},
    ),
    "two_halvings_that_agree_on_odd_extents_only": Case(
        {"x": ("N", 2, "H", "H")},
        "float[N, 4, A, B] z",
        "c = Conv <kernel_shape = [3, 3], pads = [1, 1, 1, 1], strides = [2, 2]>(x, w)"
        " d = Conv <kernel_shape = [1, 1], strides = [2, 2]>(x, v) s = Add(c, d) z = Relu(s)",
        {"N": (1, 2), "H": (1, 2, 3, 8, 9, 64, 65)},
        {"w": (4, 2, 3, 3), "v": (4, 2, 1, 1)},
    ),
    "sum_divided_by_less_than_its_count": Case(
        {"x": ("N", 8, "H", "W")},
        "float[N, 1, 1, 1] z",
        "axes = Constant <value_ints = [1, 2, 3]>() n = Constant <value = float {8.0}>()"
        " s = ReduceSum(x, axes) z = Div(s, n)",
        {"N": (1, 2), "H": (1, 3), "W": (1, 4)},
    ),
    "reshape_to_a_halved_and_doubled_extent": Case(
        {"x": ("N", 6)},
        "float[A, B] z",
        "shape = Shape(x) zero = Constant <value_ints = [0]>() two = Constant <value_ints = [2]>()"
        " n = Gather(shape, zero) h = Div(n, two) e = Mul(h, two) rest = Constant <value_ints ="
        " [-1]>()"
        " target = Concat <axis = 0>(e, rest) y = Exp(x) r = Reshape(y, target) z = Neg(r)",
        {"N": (2, 3, 4, 6, 9, 64)},
    ),
    "slice_to_the_smaller_of_extent_and_limit": Case(
        {"x": ("N", 3)},
        "float[A, 3] z",
        "shape = Shape(x) zero = Constant <value_ints = [0]>() n = Gather(shape, zero)"
        " limit = Constant <value_ints = [7000]>() end = Min(n, limit)"
        " y = Slice(x, zero, end, zero) z = Neg(y)",
        {"N": (1, 6999, 7000, 7001, 9000)},
    ),
    "slice_of_all_but_one_residue": Case(
        {"x": ("N", 3)},
        "float[A, 3] z",
        "shape = Shape(x) zero = Constant <value_ints = [0]>() n = Gather(shape, zero)"
        " m = Constant <value_ints = [149]>() rest = Mod(n, m) one = Constant <value_ints = [1]>()"
        " cut = Equal(rest, zero) c = Cast <to = 7>(cut) end = Sub(n, c)"
        " y = Slice(x, zero, end, zero) z = Neg(y)",
        {"N": (1, 2, 148, 149, 150, 298)},
    ),
    "expand_to_the_shape_of_another": Case(
        {"x": ("N", "C"), "y": ("M", "D")},
        "float[A, B] z",
        "shape = Shape(y) e = Expand(x, shape) z = Neg(e)",
        {"N": (1, 3), "C": (1, 4), "M": (1, 3), "D": (1, 4)},
    ),
    "expand_by_where_of_equal": Case(
        {"x": ("N", 1)},
        "float[A, B] z",
        "shape = Shape(x) ones = Constant <value_ints = [1, 1]>() want = Constant <value_ints ="
        " [-1, 4]>()"
        " minus = Constant <value_ints = [-1, -1]>() e = Equal(want, minus) t = Where(e, ones,"
        " want)"
        " y = Expand(x, t) z = Neg(y)",
        {"N": (1, 3)},
    ),
    "reshape_by_a_sum_that_differs_at_large_extents_only": Case(
        {"x": ("N", 6), "y": ("M",)},
        "float[A, B] z",
        "s = Shape(x) t = Shape(y) zero = Constant <value_ints = [0]>() many = Constant"
        " <value_ints = [10000]>()"
        " n = Gather(s, zero) h = Div(t, many) e = Add(n, h) rest = Constant <value_ints = [-1]>()"
        " target = Concat <axis = 0>(e, rest) r = Reshape(x, target) z = Neg(r)",
        {"N": (1, 2, 5), "M": (1, 3, 10000)},
    ),
    "expand_by_a_sum_that_differs_at_large_extents_only": Case(
        {"x": ("N", 6), "y": ("M",)},
        "float[A, B] z",
        "s = Shape(x) t = Shape(y) zero = Constant <value_ints = [0]>() many = Constant"
        " <value_ints = [10000]>()"
        " n = Gather(s, zero) g = Div(t, many) h = Div(g, n) e = Add(n, h) six = Constant"
        " <value_ints = [6]>()"
        " target = Concat <axis = 0>(e, six) r = Expand(x, target) z = Neg(r)",
        {"N": (1, 2, 5), "M": (1, 3, 10000)},
    ),
    "concat_then_part_at_half": Case(
        {"x": ("N", 4), "y": ("M", 4)},
        "float[A, 4] z",
        "c = Concat <axis = 0>(x, y) shape = Shape(c) zero = Constant <value_ints = [0]>()"
        " two = Constant <value_ints = [2]>() n = Gather(shape, zero) h = Div(n, two)"
        " a = Slice(c, zero, h, zero) b = Slice(c, h, n, zero) z = Concat <axis = 0>(b, a)",
        {"N": (1, 2, 5), "M": (1, 2, 4)},
    ),
    "upsample_and_crop_to_the_skip": Case(
        {"x": (1, 2, "H", "W")},
        "float[1, 4, A, B] z",
        "p = MaxPool <kernel_shape = [2, 2], strides = [2, 2]>(x)"
        " none = Constant <value_floats = [1.0, 1.0, 2.0, 2.0]>() empty = Constant <value_floats"
        " = [1.0]>()"
        ' u = Resize <mode = "nearest", coordinate_transformation_mode = "asymmetric",'
        ' nearest_mode = "floor">(p, , none) shape = Shape(u) two = Constant <value_ints = [2]>()'
        " four = Constant <value_ints = [4]>() zeros = Constant <value_ints = [0, 0]>()"
        " axes = Constant <value_ints = [2, 3]>() hw = Slice(shape, two, four)"
        " c = Slice(x, zeros, hw, axes) s = Concat <axis = 1>(c, u) r = Relu(s) z = Neg(r)",
        {"H": (2, 3, 8, 9), "W": (2, 5, 6)},
    ),
    "same_name_twice_in_one_input": Case(
        {"x": ("N", "N"), "y": ("N", 1)},
        "float[N, N] z",
        "t = Transpose <perm = [1, 0]>(x) a = Relu(t) s = Add(a, y) p = MatMul(s, x) z = Add(p, a)",
        {"N": (1, 2, 5, 17)},
    ),
    "transposed_reshape_of_two_unknown_extents": Case(
        {"x": ("S", "N", 12)},
        "float[A, B, 3, 4] z",
        "shape = Shape(x) one = Constant <value_ints = [1]>() zero = Constant <value_ints = [0]>()"
        " s = Gather(shape, zero) n = Gather(shape, one) hd = Constant <value_ints = [3, 4]>()"
        " target = Concat <axis = 0>(n, s, hd) r = Reshape(x, target) z = Neg(r)",
        {"S": (1, 3, 6), "N": (1, 2, 6)},
    ),
}


def test_dimensions_of_one_name_are_equal():
    case = Case({"x": ("N", 4), "y": ("N", 4)}, "float[N, 4] z", "z = Add(x, y)", {"N": (1, 3)})
    log = ListLogger()
    context = load(
        build_plan(model_of(case), [profile_of(case, max)]), log
    ).create_execution_context()
    x = np.ones((3, 4), np.float32)
    assert np.array_equal(context.infer({"x": x, "y": x})["z"], x + x)
    with pytest.raises(trt.UserError, match=r"'N'.*expected 3 as in tensor 'x', got 1"):
        context.infer({"x": x, "y": x[:1]})


def model_of(case: Case) -> bytes:
    shapes = ", ".join(
        f"{case.types.get(name, 'float')}[{', '.join(map(str, dims))}] {name}"
        for name, dims in case.inputs.items()
    )
    head = '<ir_version: 9, opset_import: ["" : 18]>'
    text = f"{head} test ({shapes}) => ({case.outputs}) {{ {case.body} }}"
    model = onnx.parser.parse_model(text)
    rng = np.random.default_rng(0)
    for name, dims in case.weights.items():
        weights = rng.standard_normal(dims, np.float32)
        model.graph.initializer.append(onnx.numpy_helper.from_array(weights, name))
    onnx.checker.check_model(model)
    return model.SerializeToString()


def shapes_of(case: Case, extents: dict[str, int]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(extents.get(d, d) for d in dims) for name, dims in case.inputs.items()}


def profile_of(case: Case, opt) -> dict:
    low, middle, high = (
        shapes_of(case, {name: choose(values) for name, values in case.extents.items()})
        for choose in (min, opt, max)
    )
    return {name: (low[name], middle[name], high[name]) for name in case.inputs}


@pytest.mark.parametrize("opt", [min, max], ids=["tuned_at_min", "tuned_at_max"])
@pytest.mark.parametrize("name", CASES)
def test_every_shape_inside_the_profile_is_right(name, opt):
    case = CASES[name]
    model = model_of(case)
    engine = load(build_plan(model, [profile_of(case, opt)], level=1))
    context = engine.create_execution_context()
    rng = np.random.default_rng(1)
    tried = 0
    for chosen in itertools.product(*case.extents.values()):
        shapes = shapes_of(case, dict(zip(case.extents, chosen, strict=True)))
        feeds = {k: rng.standard_normal(s, np.float32) for k, s in shapes.items()}
        try:
            expected = onnxruntime_outputs(model, feeds)
        except Exception:
            continue
        got = context.infer(feeds)
        for output, array in expected.items():
            assert_close(got[output], array, 1e-5, 1e-6, f"{output} at {shapes}")
        tried += 1
    assert tried > 1
