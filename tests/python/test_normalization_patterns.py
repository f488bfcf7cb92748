"""Group, instance and layer normalization as operators and as exporters spell them, against onnx's
reference evaluator."""

from dataclasses import dataclass

import numpy as np
import onnx
import pytest
from conftest import assert_close, build_plan, load
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FORMS = ("group 18", "group 21", "reshaped", "instance", "layer", "moments")
IMAGES = ((6, 5, 4), (6, 7), (12, 3, 5), (16, 8, 8), (24, 1, 1), (8, 17), (1, 3, 3), (12, 2, 3, 2))


@dataclass(frozen=True)
class Variant:
    form: str
    batch: int
    image: tuple[int, ...]
    groups: int
    affine: bool
    shape_is_computed: bool
    dynamic: bool


def random_variant(seed: int) -> Variant:
    rng = np.random.default_rng(seed)

    def pick(choices):
        return choices[int(rng.integers(len(choices)))]

    image = pick(IMAGES)
    channels = image[0]
    divisors = [n for n in range(1, channels + 1) if channels % n == 0]
    return Variant(
        form=pick(FORMS),
        batch=pick((1, 2, 3)),
        image=image,
        groups=pick([1, channels, *divisors]),
        affine=bool(rng.integers(3)),
        shape_is_computed=bool(rng.integers(2)),
        dynamic=bool(rng.integers(2)),
    )


class Spelling:
    def __init__(self, variant: Variant):
        self.v = variant
        self.rng = np.random.default_rng(1)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        # Eighths, whose sums are exact: of two numbers that are close, roundings would be all.
        shape = (variant.batch, *variant.image)
        self.x = (self.rng.integers(-16, 25, shape) / 8).astype(np.float32)

    def node(self, op: str, *inputs: str, **attributes: object) -> str:
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def constant(self, array: object) -> str:
        name = f"constant_{len(self.constants)}"
        array = np.asarray(array)
        wide = array.astype(np.float32) if array.dtype.kind == "f" else array
        self.constants.append(numpy_helper.from_array(wide, name))
        return name

    def parameters(self, shape: tuple[int, ...]) -> tuple[str, str]:
        scale = self.rng.standard_normal(shape) if self.v.affine else np.ones(shape)
        bias = self.rng.standard_normal(shape) if self.v.affine else np.zeros(shape)
        return self.constant(scale), self.constant(bias)

    def affine(self, y: str) -> str:
        """What follows where the operator has no scale and bias for channels."""
        if not self.v.affine:
            return y
        scale, bias = self.parameters((self.v.image[0], *[1] * (len(self.v.image) - 1)))
        return self.node("Add", self.node("Mul", y, scale), bias)

    def normalized(self) -> str:
        v, channels = self.v, self.v.image[0]
        if v.form.startswith("group"):
            count = v.groups if v.form == "group 18" else channels
            return self.node(
                "GroupNormalization", "x", *self.parameters((count,)), num_groups=v.groups
            )
        if v.form == "instance":
            return self.node("InstanceNormalization", "x", *self.parameters((channels,)))
        if v.form == "layer":
            return self.affine(
                self.node("LayerNormalization", "x", *self.parameters(v.image), axis=1)
            )
        if v.form == "moments":
            return self.affine(self.moments())
        rows = self.node("Reshape", "x", self.constant(np.array([0, v.groups, -1])))
        ones, zeros = self.constant(np.ones(v.groups)), self.constant(np.zeros(v.groups))
        rows = self.node("InstanceNormalization", rows, ones, zeros)
        shape = (
            self.node("Shape", "x")
            if v.shape_is_computed
            else self.constant(np.array([-1, *v.image]))
        )
        return self.affine(self.node("Reshape", rows, shape))

    def moments(self) -> str:
        """Mean and variance over all but the batch, written out."""
        axes = list(range(1, self.x.ndim))
        difference = self.node("Sub", "x", self.node("ReduceMean", "x", axes=axes))
        square = self.node("Mul", difference, difference)
        variance = self.node("ReduceMean", square, axes=axes)
        shifted = self.node("Add", variance, self.constant(np.float32(1e-5)))
        return self.node("Div", difference, self.node("Sqrt", shifted))

    def model(self) -> onnx.ModelProto:
        out = self.normalized()
        shape = ["n" if self.v.dynamic else self.v.batch, *self.v.image]
        opset = {"group 21": 21, "group 18": 18}.get(self.v.form, 17)
        graph = helper.make_graph(
            self.nodes,
            "normalization",
            [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(out, onnx.TensorProto.FLOAT, None)],
            self.constants,
        )
        opsets = [helper.make_opsetid("", opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def check(seed: int, level: int) -> None:
    variant = random_variant(seed)
    spelling = Spelling(variant)
    model = spelling.model()
    profiles = [{"x": (spelling.x.shape,) * 3}] if variant.dynamic else []
    engine = load(build_plan(model.SerializeToString(), profiles, level=level))
    (got,) = engine.create_execution_context().infer({"x": spelling.x}).values()
    (expected,) = ReferenceEvaluator(model).run(None, {"x": spelling.x})
    assert_close(got, expected, 2e-5, name=f"seed {seed}: {variant}")


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_any_spelling_of_normalization_is_right(first):
    for seed in range(first, first + 50):
        check(seed, level=0)


def test_any_spelling_of_normalization_is_right_with_timed_kernels():
    for seed in range(24):
        check(seed, level=3)


@pytest.mark.long
def test_many_spellings_of_normalization_are_right_with_timed_kernels():
    for seed in range(1000, 4000):
        check(seed, level=0 if seed % 4 else 3)


def test_the_variants_cover_one_group_in_every_form():
    one = [v for v in map(random_variant, range(400)) if v.groups == 1 and v.image[0] > 1]
    assert {v.form for v in one} == set(FORMS)
    assert {v.affine for v in one if v.form == "reshaped"} == {True, False}
