"""Attention, rotary embeddings, caches and experts of the network API against numpy."""

import numpy as np
import pytest
from conftest import load
from layer_networks import build, check, constant, new_network, normal, rng, run

import trtlike as trt

SOFTMAX, NONE = trt.AttentionNormalizationOp.SOFTMAX, trt.AttentionNormalizationOp.NONE


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def attention(q, k, v, norm=softmax, mask=None, causal=False):
    heads = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, heads, 1), np.repeat(v, heads, 1)
    scores = q @ np.swapaxes(k, -1, -2)
    if causal:
        mask = np.tril(np.ones(scores.shape[-2:], bool))
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    if norm is None:
        return np.where(np.isinf(scores), 0, scores) @ v
    return norm(scores) @ v


def operands(heads=4, kv_heads=2, queries=3, keys=5, size=8):
    return {
        "q": normal(2, heads, queries, size, seed=1),
        "k": normal(2, kv_heads, keys, size, seed=2),
        "v": normal(2, kv_heads, keys, size, seed=3),
    }


@pytest.mark.parametrize("kv_heads", [4, 2, 1])
def test_attention_shares_heads(kv_heads):
    feeds = operands(kv_heads=kv_heads)
    check(lambda n, q, k, v: n.add_attention(q, k, v, SOFTMAX, False), feeds,
          attention(**feeds))  # fmt: skip


def test_attention_is_causal_from_the_upper_left():
    feeds = operands(queries=5, keys=5)
    check(lambda n, q, k, v: n.add_attention(q, k, v, SOFTMAX, True), feeds,
          attention(**feeds, causal=True))  # fmt: skip


@pytest.mark.parametrize("kind", ["bool", "added", "of heads"])
def test_attention_takes_a_mask(kind):
    feeds = operands()
    shape = (2, 4, 3, 5) if kind == "of heads" else (1, 1, 3, 5)
    mask = normal(*shape, seed=4)
    if kind == "bool":
        mask = mask > 0
        mask[..., 0] = True

    def add(n, q, k, v, m):
        layer = n.add_attention(q, k, v, SOFTMAX, False)
        layer.mask = m
        assert layer.mask == m
        return layer

    check(add, feeds | {"m": mask}, attention(**feeds, mask=mask))


def test_attention_without_normalization_is_two_products():
    feeds = operands()
    check(lambda n, q, k, v: n.add_attention(q, k, v, NONE, True), feeds,
          attention(**feeds, norm=None, causal=True), tolerance=1e-4)  # fmt: skip


def test_attention_rounds_its_weights_to_steps():
    feeds = operands()

    def add(n, q, k, v):
        layer = n.add_attention(q, k, v, SOFTMAX, False)
        layer.normalization_quantize_to_type = trt.int8
        layer.normalization_quantize_scale = constant(n, 1 / 64)
        return layer

    check(add, feeds, attention(**feeds, norm=lambda x: np.round(softmax(x) * 64) / 64))


def test_attention_is_one_kernel_by_default():
    builder, network = new_network()
    x = network.add_input("x", trt.float32, (1, 2, 16, 8))
    network.mark_output(network.add_attention(x, x, x, SOFTMAX, False).get_output(0))
    config = builder.create_builder_config()
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    engine = load(builder.build_serialized_network(network, config))
    text = engine.create_engine_inspector().get_engine_information(
        trt.LayerInformationFormat.ONELINE
    )
    assert "Attention" in text


def test_attention_runs_with_keys_of_any_number():
    builder, network = new_network()
    q = network.add_input("q", trt.float32, (1, 4, 1, 8))
    k = network.add_input("k", trt.float32, (1, 2, -1, 8))
    layer = network.add_attention(q, k, k, SOFTMAX, False)
    network.mark_output(layer.get_output(0))
    profile = builder.create_optimization_profile()
    profile.set_shape("k", (1, 2, 1, 8), (1, 2, 7, 8), (1, 2, 20, 8))
    config = builder.create_builder_config()
    config.add_optimization_profile(profile)
    context = load(builder.build_serialized_network(network, config)).create_execution_context()
    for keys in (1, 3, 20):
        feeds = {"q": normal(1, 4, 1, 8), "k": normal(1, 2, keys, 8, seed=keys)}
        got = next(iter(context.infer(feeds).values()))
        np.testing.assert_allclose(
            got, attention(feeds["q"], feeds["k"], feeds["k"]), rtol=1e-5, atol=1e-5
        )


def rotate(x, cosine, sine, interleaved, turned):
    out = x.copy()
    pairs = turned // 2
    a, b = (
        (x[..., 0:turned:2], x[..., 1:turned:2])
        if interleaved
        else (x[..., :pairs], x[..., pairs:turned])
    )
    c, s = cosine[:, None], sine[:, None]
    first, second = a * c - b * s, a * s + b * c
    if interleaved:
        out[..., 0:turned:2], out[..., 1:turned:2] = first, second
    else:
        out[..., :pairs], out[..., pairs:turned] = first, second
    return out


@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize("turned", [0, 4])
def test_rotary_embedding(interleaved, turned):
    angles = rng(5).random((2, 3, (turned or 8) // 2), np.float32) * 6
    feeds = {"x": normal(2, 4, 3, 8), "c": np.cos(angles), "s": np.sin(angles)}
    check(
        lambda n, x, c, s: n.add_rotary_embedding(x, c, s, interleaved, turned),
        feeds,
        rotate(feeds["x"], feeds["c"], feeds["s"], interleaved, turned or 8),
    )


def test_rotary_embedding_looks_angles_up():
    angles = rng(5).random((9, 4), np.float32) * 6
    positions = rng(6).integers(0, 9, (2, 3))
    feeds = {"x": normal(2, 4, 3, 8), "c": np.cos(angles), "s": np.sin(angles), "p": positions}

    def add(n, x, c, s, p):
        layer = n.add_rotary_embedding(x, c, s, False, 0)
        layer.set_input(3, p)
        return layer

    cosine, sine = feeds["c"][positions], feeds["s"][positions]
    check(add, feeds, rotate(feeds["x"], cosine, sine, False, 8))


def updated(cache, update, indices):
    out = cache.copy()
    for i, first in enumerate(indices):
        if 0 <= first <= cache.shape[2] - update.shape[2]:
            out[i, :, first : first + update.shape[2]] = update[i]
    return out


@pytest.mark.parametrize("indices", [[0, 5], [6, 2], [7, 0]])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_kv_cache_update(indices, dtype):
    feeds = {
        "cache": normal(2, 3, 8, 4).astype(dtype),
        "update": normal(2, 3, 2, 4, seed=1).astype(dtype),
        "at": np.array(indices, np.int32),
    }
    check(
        lambda n, c, u, i: n.add_kv_cache_update(c, u, i, trt.KVCacheMode.LINEAR),
        feeds,
        updated(feeds["cache"], feeds["update"], indices),
        tolerance=0,
    )


def test_a_cache_is_updated_in_place_turn_by_turn():
    builder, network = new_network()
    cache = network.add_input("cache", trt.float32, (1, 2, 8, 4))
    update = network.add_input("update", trt.float32, (1, 2, 1, 4))
    query = network.add_input("query", trt.float32, (1, 2, 1, 4))
    seen = network.add_input("seen", trt.bool, (1, 1, 1, 8))
    at = network.add_input("at", trt.int32, (1,))
    layer = network.add_kv_cache_update(cache, update, at, trt.KVCacheMode.LINEAR)
    keys = layer.get_output(0)
    keys.name = "keys"
    attended = network.add_attention(query, keys, keys, SOFTMAX, False)
    attended.mask = seen
    attended.get_output(0).name = "y"
    network.mark_output(keys)
    network.mark_output(attended.get_output(0))
    context = load(build(builder, network, 3)).create_execution_context()
    state = np.zeros((1, 2, 8, 4), np.float32)
    expected, y = state.copy(), np.empty((1, 2, 1, 4), np.float32)
    for turn in range(8):
        feeds = {
            "update": normal(1, 2, 1, 4, seed=turn),
            "query": normal(1, 2, 1, 4, seed=turn + 50),
            "seen": (np.arange(8) <= turn).reshape(1, 1, 1, 8),
            "at": np.array([turn], np.int32),
        }
        for name, array in feeds.items():
            context.set_tensor_address(name, array)
        context.set_tensor_address("cache", state.ctypes.data)
        context.set_tensor_address("keys", state.ctypes.data)
        context.set_tensor_address("y", y)
        assert context.execute_async_v3(0)
        expected[:, :, turn] = feeds["update"][:, :, 0]
        np.testing.assert_array_equal(state, expected)
        want = attention(feeds["query"], expected, expected, mask=feeds["seen"])
        np.testing.assert_allclose(y, want, rtol=1e-5, atol=1e-5)


def silu(x, alpha=1.0):
    return x / (1 + np.exp(-alpha * x))


EXPERTS, SIZE, INNER = 4, 6, 8


def experts(x, chosen, scores, gate, up, down, biases=None, act=silu, middle=lambda m: m):
    out = np.zeros_like(x)
    bias = biases or (np.zeros((EXPERTS, 1)), np.zeros((EXPERTS, 1)), np.zeros((EXPERTS, 1)))
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            for e, score in zip(chosen[b, t], scores[b, t], strict=True):
                g, u = x[b, t] @ gate[e] + bias[0][e], x[b, t] @ up[e] + bias[1][e]
                out[b, t] += score * (middle(act(g) * u) @ down[e] + bias[2][e])
    return out


def moe_feeds():
    return {
        "x": normal(2, 3, SIZE),
        "chosen": rng(1).integers(0, EXPERTS, (2, 3, 2)).astype(np.int32),
        "scores": rng(2).random((2, 3, 2), np.float32),
    }


WEIGHTS = (
    normal(EXPERTS, SIZE, INNER, seed=3),
    normal(EXPERTS, SIZE, INNER, seed=4),
    normal(EXPERTS, INNER, SIZE, seed=5),
)


def add_moe(n, x, chosen, scores, act=trt.MoEActType.SILU):
    layer = n.add_moe(x, chosen, scores)
    layer.set_gated_weights(*(constant(n, w) for w in WEIGHTS), act)
    return layer


def test_experts():
    feeds = moe_feeds()
    check(add_moe, feeds, experts(*feeds.values(), *WEIGHTS), tolerance=1e-4)


def test_experts_with_biases_and_without_activation():
    feeds = moe_feeds()
    biases = (normal(EXPERTS, INNER), normal(EXPERTS, INNER, seed=1), normal(EXPERTS, SIZE, seed=2))

    def add(n, *inputs):
        layer = add_moe(n, *inputs, act=trt.MoEActType.NONE)
        layer.set_gated_biases(*(constant(n, b) for b in biases))
        return layer

    want = experts(*feeds.values(), *WEIGHTS, biases=biases, act=lambda g: g)
    check(add, feeds, want, tolerance=1e-4)


def test_experts_round_what_goes_into_their_last_product():
    feeds = moe_feeds()

    def add(n, *inputs):
        layer = add_moe(n, *inputs)
        layer.set_quantization_static(constant(n, 0.125), trt.int8)
        return layer

    def middle(m):
        return np.clip(np.round(m / 0.125), -128, 127) * 0.125

    check(add, feeds, experts(*feeds.values(), *WEIGHTS, middle=middle), tolerance=1e-4)


def test_experts_without_weights_say_so():
    with pytest.raises(AssertionError, match="Call set_gated_weights"):
        run(lambda n, *inputs: n.add_moe(*inputs), moe_feeds())
