"""Attention as exporters spell it: products by MatMul or Einsum in any letter order, scaled
anywhere, masked or not, against onnx's reference evaluator."""

import itertools
from dataclasses import dataclass

import numpy as np
import onnx
import pytest
from conftest import assert_close, build_plan, load
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

LAYOUTS = {4: ("bhtd", "bthd", "tbhd", "bhdt", "htbd"), 3: ("btd", "bdt", "tbd")}
SCORES = {4: ("bhts", "hbts", "bths", "tbhs"), 3: ("bts", "tbs")}
SCALES = ("none", "query", "key", "product", "masked")
MASKS = ("none", "constant", "scores", "row")
# (t, s, d): sequences equal to each other and to the head size, or not.
EXTENTS = (
    (5, 5, 5),
    (16, 16, 16),
    (8, 8, 8),
    (9, 9, 16),
    (3, 7, 4),
    (7, 3, 5),
    (1, 6, 8),
    (4, 8, 4),
)


@dataclass(frozen=True)
class Variant:
    rank: int
    first: str
    second: str
    query: str
    key: str
    value: str
    scores: str
    output: str
    scale: str
    divides: bool
    scale_is_first: bool
    mask: str
    mask_is_first: bool
    extents: tuple[int, int, int]
    dynamic: bool


def random_variant(seed: int) -> Variant:
    rng = np.random.default_rng(seed)

    def pick(choices):
        return choices[int(rng.integers(len(choices)))]

    rank = pick((4, 4, 3))
    return Variant(
        rank=rank,
        first=pick(("Einsum", "Einsum", "MatMul")),
        second=pick(("Einsum", "Einsum", "MatMul")),
        query=pick(LAYOUTS[rank]),
        key=pick(LAYOUTS[rank]).replace("t", "s"),
        value=pick(LAYOUTS[rank]).replace("t", "s"),
        scores=pick(SCORES[rank]),
        output=pick(LAYOUTS[rank]),
        scale=pick(SCALES),
        divides=bool(rng.integers(2)),
        scale_is_first=bool(rng.integers(2)),
        mask=pick(MASKS),
        mask_is_first=bool(rng.integers(2)),
        extents=pick(EXTENTS),
        dynamic=bool(rng.integers(2)),
    )


class Spelling:
    """The graph of a variant, node by node."""

    def __init__(self, variant: Variant):
        self.v = variant
        t, s, d = variant.extents
        self.extent = {"b": 2, "h": 3, "t": t, "s": s, "d": d}
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.feeds: dict[str, np.ndarray] = {}
        self.inputs: list[onnx.ValueInfoProto] = []
        self.rng = np.random.default_rng(1)
        self.count = itertools.count()

    def node(self, op: str, *inputs: str, **attributes: object) -> str:
        name = f"{op}_{next(self.count)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def constant(self, array: np.ndarray) -> str:
        name = f"constant_{next(self.count)}"
        self.constants.append(numpy_helper.from_array(array.astype(np.float32), name))
        return name

    def input(self, name: str, labels: str) -> str:
        shape = [self.extent.get(label, 1) for label in labels]
        self.feeds[name] = self.rng.standard_normal(shape).astype(np.float32)
        named = [
            label if self.v.dynamic and label in "bts" else n
            for label, n in zip(labels, shape, strict=True)
        ]
        self.inputs.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, named))
        return name

    def transposed(self, x: str, labels: str, wanted: str) -> str:
        if labels == wanted:
            return x
        return self.node("Transpose", x, perm=[labels.index(label) for label in wanted])

    def product(self, op: str, a: tuple[str, str], b: tuple[str, str], out: str) -> str:
        (x, left), (y, right) = a, b
        if op == "Einsum":
            return self.node("Einsum", x, y, equation=f"{left},{right}->{out}")
        batch = "bh" if self.v.rank == 4 else "b"
        row = next(label for label in left if label not in right)
        summed = next(label for label in left if label in right and label not in batch)
        column = next(label for label in right if label not in left)
        made = self.node(
            "MatMul",
            self.transposed(x, left, batch + row + summed),
            self.transposed(y, right, batch + summed + column),
        )
        return self.transposed(made, batch + row + column, out)

    def binary(self, op: str, x: str, y: str, swaps: bool) -> str:
        return self.node(op, *((y, x) if swaps and op != "Div" else (x, y)))

    def scaled(self, x: str, at: str) -> str:
        if self.v.scale != at:
            return x
        factor = 0.3
        number = np.array(1 / factor if self.v.divides else factor)
        op = "Div" if self.v.divides else "Mul"
        return self.binary(op, x, self.constant(number), self.v.scale_is_first)

    def masked(self, scores: str) -> str:
        labels = self.v.scores
        if self.v.mask == "none":
            return scores
        if self.v.mask == "constant":
            shape = [self.extent[label] if label in "ts" else 1 for label in labels]
            mask = self.constant(self.rng.standard_normal(shape))
        else:
            kept = labels if self.v.mask == "scores" else "bs"
            mask = self.input("mask", "".join(x if x in kept else "1" for x in labels))
        return self.binary("Add", scores, mask, self.v.mask_is_first)

    def model(self) -> onnx.ModelProto:
        query = self.scaled(self.input("query", self.v.query), "query")
        key = self.scaled(self.input("key", self.v.key), "key")
        value = self.input("value", self.v.value)
        scores = self.product(self.v.first, (query, self.v.query), (key, self.v.key), self.v.scores)
        scores = self.scaled(scores, "product")
        scores = self.scaled(self.masked(scores), "masked")
        weights = self.node("Softmax", scores, axis=-1)
        out = self.product(
            self.v.second, (weights, self.v.scores), (value, self.v.value), self.v.output
        )
        output = helper.make_tensor_value_info(out, onnx.TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, "attention", self.inputs, [output], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def check(seed: int, level: int) -> None:
    variant = random_variant(seed)
    spelling = Spelling(variant)
    model = spelling.model()
    profiles = []
    if variant.dynamic:
        profiles = [{name: (x.shape,) * 3 for name, x in spelling.feeds.items()}]
    engine = load(build_plan(model.SerializeToString(), profiles, level=level))
    (got,) = engine.create_execution_context().infer(spelling.feeds).values()
    (expected,) = ReferenceEvaluator(model).run(None, spelling.feeds)
    assert_close(got, expected, 1e-5, name=f"seed {seed}: {variant}")


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_any_spelling_of_attention_is_right(first):
    for seed in range(first, first + 50):
        check(seed, level=0)


def test_any_spelling_of_attention_is_right_with_timed_kernels():
    for seed in range(20):
        check(seed, level=3)


@pytest.mark.long
def test_many_spellings_of_attention_are_right_with_timed_kernels():
    for seed in range(1000, 4000):
        check(seed, level=0 if seed % 4 else 3)


def test_the_variants_cover_what_they_name():
    variants = [random_variant(seed) for seed in range(400)]
    for field, choices in (("scale", SCALES), ("mask", MASKS), ("extents", EXTENTS)):
        assert {getattr(v, field) for v in variants} == set(choices)
    assert any(v.first == v.second == "Einsum" and v.extents == (16, 16, 16) for v in variants)
