"""Attention of ONNX Runtime's own domain on random variants, against ONNX Runtime."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from conftest import build_plan, load, onnxruntime_outputs
from one_node import Draw, Inputs, OneNode
from onnx import TensorProto, helper, numpy_helper


def node(op: str, inputs: Inputs, attributes: dict, outputs: int = 1, constants=()) -> OneNode:
    return OneNode(
        op,
        inputs,
        attributes,
        opset=17,
        outputs=outputs,
        constants=constants,
        output_types=[TensorProto.FLOAT] * outputs,
        domain="com.microsoft",
    )


def padding_mask(d: Draw, batch: int, keys: int) -> np.ndarray:
    """1 where a key counts; each sequence has one or more."""
    lengths = d.rng.integers(1, keys + 1, (batch, 1))
    return (np.arange(keys)[None] < lengths).astype(np.int32)


def attention(d: Draw) -> OneNode:
    batch, length, heads, size, width = 2, d.pick((1, 5)), d.pick((1, 3)), d.pick((2, 4)), 6
    past = d.pick((0, 3))
    sizes = [heads * size] * 3
    if past == 0 and d.chance():
        sizes[2] = heads * 5
    keys = length + past
    mask = d.pick((None, "lengths", "keys", "all"))
    masks = {
        None: None,
        "lengths": d.rng.integers(1, keys + 1, batch).astype(np.int32),
        "keys": padding_mask(d, batch, keys),
        "all": np.repeat(padding_mask(d, batch, keys)[:, None], length, 1),
    }
    attributes: dict = {"num_heads": heads, "unidirectional": int(d.chance())}
    if sizes[2] != sizes[0]:
        attributes["qkv_hidden_sizes"] = sizes
    if d.chance():
        attributes["scale"] = 0.3
    added = d.maybe(batch, heads, length, keys) if mask is None and not past else None
    inputs: Inputs = [
        d.floats(batch, length, width),
        d.floats(width, sum(sizes)),
        d.floats(sum(sizes)),
        masks[mask],
        d.floats(2, batch, heads, past, size) if past else None,
        added,
    ]
    # Without a past ONNX Runtime leaves keys and values of other sizes out.
    return node("Attention", inputs, attributes, 2 if past else 1, [1, 2])


def multi_head_attention(d: Draw) -> OneNode:
    batch, queries, heads, size = 2, d.pick((1, 4)), d.pick((1, 3)), d.pick((2, 4))
    past = d.pick((0, 3))
    is_cross = past == 0 and d.chance()
    keys = d.pick((2, 5)) if is_cross else queries
    values = size if past or is_cross else d.pick((size, 5))
    wide = heads * size
    inputs: Inputs = [d.floats(batch, queries, wide)]
    if is_cross:
        inputs += [d.floats(batch, heads, keys, size) for _ in range(2)]
    else:
        inputs += [d.floats(batch, keys, wide), d.floats(batch, keys, heads * values)]
    bias = None if is_cross else d.maybe(2 * wide + heads * values)
    total = keys + past
    mask = padding_mask(d, batch, total) if d.chance() else None
    added = d.maybe(d.pick((1, batch)), d.pick((1, heads)), queries, total)
    attributes: dict = {"num_heads": heads}
    if d.chance():
        attributes["scale"] = 0.3
    if keys == queries and d.chance():
        attributes["unidirectional"] = 1
    caches = [d.floats(batch, heads, past, size) for _ in range(2)] if past else [None, None]
    return node(
        "MultiHeadAttention", [*inputs, bias, mask, added, *caches], attributes, 3 if past else 1
    )


def rotary_embedding(d: Draw) -> OneNode:
    batch, length, heads, size = 2, d.pick((1, 5)), d.pick((1, 3)), 8
    turned = d.pick((8, 4))
    is_flat = d.chance() or turned != size
    x = d.floats(batch, length, heads * size) if is_flat else d.floats(batch, heads, length, size)
    positions = d.rng.integers(0, 6, d.pick(((1,), (batch, length))))
    if positions.ndim == 1:
        positions[0] = d.pick((0, 4))
    attributes = {"interleaved": int(d.chance())}
    if turned != size:
        attributes |= {"num_heads": heads, "rotary_embedding_dim": turned}
    tables = [d.floats(12, turned // 2) for _ in range(2)]
    return node("RotaryEmbedding", [x, positions, *tables], attributes)


OPERATORS: dict[str, Callable[[Draw], OneNode]] = {
    f.__name__: f for f in (attention, multi_head_attention, rotary_embedding)
}


def check(got: list[np.ndarray], expected: list[np.ndarray]) -> None:
    for array, want in zip(got, expected, strict=True):
        assert array.shape == want.shape
        np.testing.assert_allclose(array, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("seed", range(24))
def test_a_variant_gives_what_onnx_runtime_gives(op: str, seed: int):
    drawn = OPERATORS[op](Draw(seed))
    expected = onnxruntime_outputs(drawn.model.SerializeToString(), drawn.feeds)
    check(drawn.run(level=seed % 4), list(expected.values()))


@pytest.mark.parametrize("seed", range(4))
def test_packed_operands_are_those_apart(seed: int):
    d = Draw(seed)
    heads, size = 3, 4
    q, k, v = (d.floats(2, 5, heads, size) for _ in range(3))
    flat = [x.reshape(2, 5, heads * size) for x in (q, k, v)]
    attributes = {"num_heads": heads, "unidirectional": seed % 2}
    apart = node("MultiHeadAttention", flat, attributes)
    expected = list(onnxruntime_outputs(apart.model.SerializeToString(), apart.feeds).values())
    check(node("MultiHeadAttention", [np.stack([q, k, v], 3)], attributes).run(seed), expected)
    pairs = [flat[0], np.stack([k, v], 3)]
    check(node("MultiHeadAttention", pairs, attributes).run(seed), expected)


def test_a_mask_of_all_positions_is_read_behind_the_past():
    d = Draw(7)
    heads, size, past, length = 2, 4, 3, 4
    whole = d.rng.integers(0, 2, (2, 1, 9, 9)).astype(np.int32)
    whole[..., 0] = 1
    x, weights, bias = d.floats(2, length, 6), d.floats(6, 24), d.floats(24)
    cache = d.floats(2, 2, heads, past, size)
    rows = np.ascontiguousarray(whole[:, 0, past : past + length, : past + length])
    attributes = {"num_heads": heads}
    oracle = node("Attention", [x, weights, bias, rows, cache], attributes, 2)
    expected = list(onnxruntime_outputs(oracle.model.SerializeToString(), oracle.feeds).values())
    check(node("Attention", [x, weights, bias, whole, cache], attributes, 2).run(), expected)


@dataclass
class Cached:
    """A step of GroupQueryAttention: the node, and how many of its tokens and keys count."""

    step: OneNode
    tokens: np.ndarray
    keys: np.ndarray


def group_query_attention(d: Draw) -> Cached:
    batch, kv_heads, group, size = 2, d.pick((1, 2)), d.pick((1, 3)), 16
    heads = kv_heads * group
    past = d.pick((0, 0, 4))
    length = d.pick((1, 5)) if past == 0 else 1
    total = past + length
    # Sequences of their own lengths: a first step has padding behind, others end at their own.
    ends = d.rng.integers(1 if past == 0 else length, total + 1, batch)
    ends[0] = total
    buffer = past + d.pick((0, 3)) if past else 0
    if buffer > past:
        buffer = max(buffer, total)
    is_packed = d.chance()
    widths = [heads * size, kv_heads * size, kv_heads * size]
    if is_packed:
        inputs: Inputs = [d.floats(batch, length, sum(widths)), None, None]
    else:
        inputs = [d.floats(batch, length, width) for width in widths]
    attributes: dict = {"num_heads": heads, "kv_num_heads": kv_heads}
    tables: Inputs = [None, None]
    if d.chance():
        attributes |= {"do_rotary": 1, "rotary_interleaved": int(d.chance())}
        angles = d.rng.uniform(-3, 3, (12, size // 2))
        tables = [np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)]
    if d.chance():
        attributes["local_window_size"] = d.pick((2, 3))
    if d.chance():
        attributes["scale"] = 0.4
    if d.chance():
        attributes["softcap"] = 2.0
    caches = [d.floats(batch, kv_heads, buffer, size) for _ in range(2)]
    inputs += [
        *caches,
        (ends - 1).astype(np.int32),
        np.array([total], np.int32),
        *tables,
    ]
    step = node("GroupQueryAttention", inputs, attributes, 3, constants=[6])
    return Cached(step, ends if past == 0 else np.full(batch, length), ends)


@pytest.mark.parametrize("seed", range(40))
def test_a_cached_step_gives_what_onnx_runtime_gives(seed: int):
    drawn = group_query_attention(Draw(seed))
    model = drawn.step.model.SerializeToString()
    expected = list(onnxruntime_outputs(model, drawn.step.feeds).values())
    got = drawn.step.run(level=seed % 4)
    assert [array.shape for array in got] == [want.shape for want in expected]
    for b, (tokens, keys) in enumerate(zip(drawn.tokens, drawn.keys, strict=True)):
        check([got[0][b, :tokens]], [expected[0][b, :tokens]])
        check(
            [array[b, :, :keys] for array in got[1:]],
            [array[b, :, :keys] for array in expected[1:]],
        )


def test_a_model_with_a_growing_cache_runs_step_by_step():
    """As exporters write it: lengths from an attention mask, extents that are not known."""
    heads, kv_heads, size = 4, 2, 16
    wide = (heads + 2 * kv_heads) * size
    nodes = [
        helper.make_node("ReduceSum", ["mask", "one"], ["sums"], keepdims=0),
        helper.make_node("Sub", ["sums", "one"], ["lasts"]),
        helper.make_node("Cast", ["lasts"], ["ends"], to=TensorProto.INT32),
        helper.make_node("Shape", ["mask"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["keys"]),
        helper.make_node("Cast", ["keys"], ["total"], to=TensorProto.INT32),
        helper.make_node(
            "GroupQueryAttention",
            ["x", "", "", "past_key", "past_value", "ends", "total", "cos", "sin"],
            ["y", "key", "value"],
            domain="com.microsoft",
            num_heads=heads,
            kv_num_heads=kv_heads,
            do_rotary=1,
        ),
    ]
    d = Draw(3)
    cache = [None, kv_heads, "past", size]
    graph = helper.make_graph(
        nodes,
        "g",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, "tokens", wide]),
            helper.make_tensor_value_info("mask", TensorProto.INT64, [None, "keys"]),
            helper.make_tensor_value_info("past_key", TensorProto.FLOAT, cache),
            helper.make_tensor_value_info("past_value", TensorProto.FLOAT, cache),
        ],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("y", "key", "value")],
        [
            numpy_helper.from_array(np.array([1]), "one"),
            numpy_helper.from_array(d.floats(16, size // 2), "cos"),
            numpy_helper.from_array(d.floats(16, size // 2), "sin"),
        ],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    profile = {
        "x": ((1, 1, wide), (2, 1, wide), (2, 8, wide)),
        "mask": ((1, 1), (2, 6), (2, 16)),
        "past_key": ((1, kv_heads, 0, size), (2, kv_heads, 5, size), (2, kv_heads, 15, size)),
        "past_value": ((1, kv_heads, 0, size), (2, kv_heads, 5, size), (2, kv_heads, 15, size)),
    }
    context = load(build_plan(model, [profile], level=1)).create_execution_context()
    caches = [np.zeros((2, kv_heads, 0, size), np.float32)] * 2
    for tokens in (5, 1, 1, 1):
        total = caches[0].shape[2] + tokens
        feeds = {
            "x": d.floats(2, tokens, wide),
            "mask": np.ones((2, total), np.int64),
            "past_key": caches[0],
            "past_value": caches[1],
        }
        expected = onnxruntime_outputs(model, feeds)
        got = context.infer(feeds)
        check([got[name] for name in expected], list(expected.values()))
        caches = [expected["key"], expected["value"]]


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("seed", range(4))
def test_halves_give_nearly_the_same(op: str, seed: int):
    drawn = OPERATORS[op](Draw(seed))
    expected = onnxruntime_outputs(drawn.model.SerializeToString(), drawn.feeds)
    drawn.to_half()
    for array, want in zip(drawn.run(level=seed), expected.values(), strict=True):
        scale = max(1.0, float(np.abs(want).max()))
        np.testing.assert_allclose(array.astype(np.float64), want, rtol=0, atol=3e-3 * scale)
