"""Operators that carry a state or go through graphs of the model's (LinearAttention,
CausalConvWithState, TensorScatter, FlexAttention, RotaryEmbedding, RMSNormalization) on random
variants, against onnx's reference evaluator."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import one_node
import onnx
import pytest
from conftest import ListLogger, build_plan
from one_node import OneNode
from onnx import TensorProto, helper

FLOATS = {"float": np.float32, "half": np.float16, "double": np.float64}
# The reference computes some operators in FP32, doubles too.
TOLERANCES = {np.float32: 2e-5, np.float16: 8e-3, np.float64: 1e-6}


@dataclass
class Variant:
    op: str
    inputs: list[np.ndarray | None]
    attributes: dict[str, object] = field(default_factory=dict)
    outputs: int = 1
    domain: str = ""


class Draw(one_node.Draw):
    def maybe(self, array: np.ndarray) -> np.ndarray | None:
        return array if self.chance() else None


def linear_attention(d: Draw) -> Variant:
    heads, group, batch, steps = d.pick((1, 2, 3)), d.pick((1, 2)), d.pick((1, 2)), d.pick((1, 4))
    keys, values = d.pick((2, 5)), d.pick((3, 4))
    rule = d.pick(("linear", "gated", "delta", "gated_delta"))
    decay = d.floats(batch, steps, heads * d.pick((1, keys))) - 1 if "gated" in rule else None
    beta = d.floats(batch, steps, d.pick((1, heads))) if "delta" in rule else None
    return Variant(
        "LinearAttention",
        [
            d.floats(batch, steps, heads * group * keys),
            d.floats(batch, steps, heads * keys) / 2,
            d.floats(batch, steps, heads * values),
            d.maybe(d.floats(batch, heads, keys, values)),
            decay if decay is None else decay.astype(d.dtype),
            beta,
        ],
        {
            "q_num_heads": heads * group,
            "kv_num_heads": heads,
            "update_rule": rule,
            "scale": d.pick((0.0, 0.25)),
            "chunk_size": 2,
        },
        outputs=2,
    )


def causal_conv(d: Draw) -> Variant:
    batch, channels, length, reach = d.pick((1, 2)), d.pick((1, 5)), d.pick((1, 9)), d.pick((1, 4))
    return Variant(
        "CausalConvWithState",
        [
            d.floats(batch, channels, length),
            d.floats(channels, 1, reach),
            d.maybe(d.floats(channels)),
            d.maybe(d.floats(batch, channels, reach - 1)),
        ],
        {"activation": d.pick(("none", "silu", "swish"))},
        outputs=2,
    )


def tensor_scatter(d: Draw) -> Variant:
    shape = [d.pick((1, 3)), *[int(d.rng.integers(1, 5)) for _ in range(d.pick((2, 3)))]]
    axis = d.pick(range(1, len(shape)))
    shape[axis] = 6
    update = [*shape]
    update[axis] = int(d.rng.integers(1, 7))
    mode = d.pick(("linear", "circular"))
    last = 12 if mode == "circular" else 6 - update[axis]
    return Variant(
        "TensorScatter",
        [
            d.floats(*shape),
            d.floats(*update),
            d.maybe(d.rng.integers(0, last + 1, shape[0])),
        ],
        {"mode": mode, "axis": axis - d.pick((0, len(shape)))},
    )


def modifier(kind: str, elements: int) -> onnx.GraphProto:
    info = [helper.make_tensor_value_info(name, elements, list("BHLS")) for name in "xy"]
    bias = helper.make_tensor("c", elements, [], [0.75])
    if kind == "causal":
        ones = helper.make_node("ConstantOfShape", ["shape"], ["zeros"])
        nodes = [
            helper.make_node("Shape", ["x"], ["shape"]),
            ones,
            helper.make_node("Add", ["zeros", "one"], ["ones"]),
            helper.make_node("Trilu", ["ones"], ["kept"], upper=0),
            helper.make_node("Cast", ["kept"], ["keep"], to=TensorProto.BOOL),
            helper.make_node("Where", ["keep", "x", "low"], ["y"]),
        ]
        extra = [
            helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
            helper.make_tensor("low", elements, [], [-1e4]),
        ]
        return helper.make_graph(nodes, kind, info[:1], info[1:], extra)
    nodes = [helper.make_node(kind, ["x", "c"], ["y"])]
    return helper.make_graph(nodes, kind, info[:1], info[1:], [bias])


def flex_attention(d: Draw) -> Variant:
    heads, group, batch = d.pick((1, 2)), d.pick((1, 3)), d.pick((1, 2))
    queries, keys, size = d.pick((1, 5)), d.pick((1, 6)), d.pick((2, 8))
    inner = TensorProto.DOUBLE if d.dtype == np.float64 else TensorProto.FLOAT
    attributes: dict[str, object] = {}
    if d.chance():
        attributes["scale"] = 0.3
    if d.chance():
        attributes["score_mod"] = modifier(d.pick(("Add", "Mul", "causal")), inner)
    if d.chance():
        attributes["prob_mod"] = modifier("Mul", inner)
    return Variant(
        "FlexAttention",
        [
            d.floats(batch, heads * group, queries, size),
            d.floats(batch, heads, keys, size),
            d.floats(batch, heads, keys, d.pick((3, 4))),
        ],
        attributes,
        domain="ai.onnx.preview",
    )


def rotary_embedding(d: Draw) -> Variant:
    batch, length, heads, size = d.pick((1, 2)), d.pick((1, 5)), d.pick((1, 3)), d.pick((4, 8))
    turned = d.pick((0, 4))
    half = (turned or size) // 2
    is_flat, by_position = d.chance(), d.chance()
    x = d.floats(batch, length, heads * size) if is_flat else d.floats(batch, heads, length, size)
    table = (7, half) if by_position else (batch, length, half)
    positions = d.rng.integers(0, 7, (batch, length)) if by_position else None
    attributes = {"interleaved": int(d.chance()), "rotary_embedding_dim": turned}
    if is_flat or turned:
        attributes["num_heads"] = heads
    return Variant(
        "RotaryEmbedding", [x, d.floats(*table), d.floats(*table), positions], attributes
    )


def rms_normalization(d: Draw) -> Variant:
    shape = [int(d.rng.integers(1, 9)) for _ in range(d.pick((2, 3, 4)))]
    axis = d.pick(range(len(shape)))
    scale = d.floats(*shape[axis:]) if d.chance() else d.floats(shape[-1])
    return Variant(
        "RMSNormalization",
        [d.floats(*shape), scale],
        {"axis": axis - d.pick((0, len(shape))), "epsilon": d.pick((1e-5, 0.1))},
    )


OPERATORS: dict[str, Callable[[Draw], Variant]] = {
    f.__name__: f
    for f in (
        linear_attention,
        causal_conv,
        tensor_scatter,
        flex_attention,
        rotary_embedding,
        rms_normalization,
    )
}

# The axes that may be open where the number and the size of heads must be known.
KNOWN_HEADS = {"flex_attention": (0, 2), "rotary_embedding": (0,)}


def cases() -> Iterator[tuple[str, str, int]]:
    for op in OPERATORS:
        for seed in range(8):
            yield op, "float", seed
        for seed, kind in enumerate(("half", "half", "double", "double")):
            yield op, kind, 100 + seed


@pytest.mark.parametrize(("op", "kind", "seed"), list(cases()))
def test_a_variant_gives_what_the_reference_gives(op: str, kind: str, seed: int):
    dtype = FLOATS[kind]
    v = OPERATORS[op](Draw(seed, dtype))
    dynamic = [0] if seed % 2 == 1 and v.inputs[0].ndim > 2 else []
    node = OneNode(
        v.op,
        v.inputs,
        v.attributes,
        opset=27,
        outputs=v.outputs,
        dynamic=dynamic,
        domain=v.domain,
        dynamic_axes=KNOWN_HEADS.get(op),
    )
    for array, want in zip(node.run(level=seed % 4), node.expected(), strict=True):
        assert array.shape == want.shape
        assert array.dtype == want.dtype
        np.testing.assert_allclose(
            array.astype(np.float64),
            want.astype(np.float64),
            rtol=TOLERANCES[dtype],
            atol=TOLERANCES[dtype],
        )


@pytest.mark.parametrize(("opset", "warns"), [(6, True), (7, False), (27, False)])
def test_only_opsets_that_are_too_old_are_warned_of(opset: int, warns: bool):
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    log = ListLogger()
    build_plan(model.SerializeToString(), log=log, level=0)
    assert ("expected an opset between 7 and 27" in log.text) is warns
