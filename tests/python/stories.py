"""A trained Llama in llama2.c's file format as ONNX models: one step of its decoder with the cache
of keys and values as inputs and outputs, and a Loop that writes a whole story."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BEGIN = 1
EPSILON = 1e-5


@dataclass
class Llama:
    dim: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int
    length: int
    weights: dict[str, np.ndarray]

    @property
    def head(self) -> int:
        return self.dim // self.heads


def read_llama(path: Path) -> Llama:
    raw = path.read_bytes()
    header = [int(x) for x in np.frombuffer(raw, np.int32, 7)]
    dim, hidden, layers, heads, kv_heads, vocabulary, length = header
    assert vocabulary > 0, "the classifier shares the embedding's weights"
    kv = kv_heads * dim // heads
    shapes = {
        "embedding": (vocabulary, dim),
        "attention_norm": (layers, dim),
        "q": (layers, dim, dim),
        "k": (layers, kv, dim),
        "v": (layers, kv, dim),
        "o": (layers, dim, dim),
        "feed_norm": (layers, dim),
        "gate": (layers, hidden, dim),
        "down": (layers, dim, hidden),
        "up": (layers, hidden, dim),
        "last_norm": (dim,),
    }
    flat, at, weights = np.frombuffer(raw, np.float32, offset=28), 0, {}
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        weights[name] = flat[at : at + size].reshape(shape)
        at += size
    # What is left are the angles of positions, which are computed here.
    assert at + length * dim // heads == len(flat)
    return Llama(*header, weights)


def read_pieces(path: Path, count: int) -> list[bytes]:
    raw, at, pieces = path.read_bytes(), 4, []
    for _ in range(count):
        size = int.from_bytes(raw[at + 4 : at + 8], "little")
        pieces.append(raw[at + 8 : at + 8 + size])
        at += 8 + size
    assert at == len(raw)
    return pieces


def text_of(tokens, pieces: list[bytes]) -> str:
    """The story up to its end; a space before its first word is none of its own."""
    words = []
    for token in tokens:
        if token == BEGIN:
            break
        words.append(pieces[token])
    return b"".join(words).decode().removeprefix(" ")


def rotated(x: np.ndarray, position: int, head: int) -> np.ndarray:
    pairs = x.reshape(-1, head // 2, 2)
    angles = position / 10000 ** (np.arange(0, head, 2) / head)
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = pairs[..., 0], pairs[..., 1]
    return np.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(-1, head)


def decode_in_numpy(llama: Llama, count: int) -> list[int]:
    """What llama2.c's program writes at temperature 0, computed vector by vector."""
    w = {name: array.astype(np.float64) for name, array in llama.weights.items()}
    keys, values = ([[] for _ in range(llama.layers)] for _ in range(2))
    token, tokens = BEGIN, []

    def norm(x, scale):
        return x / np.sqrt((x * x).mean() + EPSILON) * scale

    for position in range(count):
        x = w["embedding"][token]
        for i in range(llama.layers):
            h = norm(x, w["attention_norm"][i])
            q = rotated(w["q"][i] @ h, position, llama.head)
            keys[i].append(rotated(w["k"][i] @ h, position, llama.head))
            values[i].append((w["v"][i] @ h).reshape(-1, llama.head))
            k, v = (
                np.repeat(np.stack(past[i]), llama.heads // llama.kv_heads, 1)
                for past in (keys, values)
            )
            scores = np.exp(np.einsum("hd,phd->hp", q, k) / np.sqrt(llama.head))
            mixed = np.einsum("hp,phd->hd", scores / scores.sum(1, keepdims=True), v)
            x = x + w["o"][i] @ mixed.reshape(-1)
            h = norm(x, w["feed_norm"][i])
            gate = w["gate"][i] @ h
            x = x + w["down"][i] @ (gate / (1 + np.exp(-gate)) * (w["up"][i] @ h))
        token = int((w["embedding"] @ norm(x, w["last_norm"])).argmax())
        tokens.append(token)
    return tokens


class Writer:
    """Nodes and constants of one graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def add(self, op: str, *inputs, name: str = "", **attributes) -> str:
        given = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        output = name or f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, given, [output], output, **attributes))
        return output

    def split(self, value: str, parts: int, axis: int) -> list[str]:
        outputs = [f"split_{len(self.nodes)}_{i}" for i in range(parts)]
        self.nodes.append(helper.make_node("Split", [value], outputs, axis=axis, num_outputs=parts))
        return outputs

    def constant(self, value) -> str:
        array = np.asarray(value)
        name = f"c{len(self.constants)}"
        self.constants[name] = numpy_helper.from_array(array.copy("C"), name)
        return name


def add_norm(w: Writer, x: str, scale: np.ndarray) -> str:
    square = w.add("ReduceMean", w.add("Mul", x, x), np.array([-1]), keepdims=1)
    root = w.add("Sqrt", w.add("Add", square, np.float32(EPSILON)))
    return w.add("Mul", w.add("Div", x, root), scale)


def add_rotation(w: Writer, x: str, cos: str, sin: str, llama: Llama) -> str:
    """Pairs of neighbours turned by the angles of the position; x: [heads, 1, head]."""
    pairs = w.add("Reshape", x, np.array([0, 0, llama.head // 2, 2]))
    even, odd = w.split(pairs, 2, 3)
    turned = [
        w.add("Sub", w.add("Mul", even, cos), w.add("Mul", odd, sin)),
        w.add("Add", w.add("Mul", even, sin), w.add("Mul", odd, cos)),
    ]
    return w.add("Reshape", w.add("Concat", *turned, axis=3), np.array([0, 0, llama.head]))


def add_step(w: Writer, llama: Llama, token: str, position: str, caches, keep, mask=None):
    """The scores of the token after `token`, and what is kept of each layer. `caches`: keys and
    values by layer, [kv_heads, positions, head]; `keep` joins them and those of this position."""
    weights = llama.weights
    frequencies = 1 / 10000 ** (np.arange(0, llama.head, 2, dtype=np.float32) / llama.head)
    place = w.add("Cast", position, to=TensorProto.FLOAT)
    angles = w.add("Reshape", w.add("Mul", place, frequencies), np.array([1, 1, -1, 1]))
    cos, sin = w.add("Cos", angles), w.add("Sin", angles)
    x, kept = w.add("Gather", weights["embedding"], token), []

    def heads(value: str, kind: str, layer: int, count: int) -> str:
        product = w.add("MatMul", value, weights[kind][layer].T)
        shaped = w.add("Reshape", product, np.array([1, count, llama.head]))
        return w.add("Transpose", shaped, perm=[1, 0, 2])

    for i, (past_keys, past_values) in enumerate(caches):
        h = add_norm(w, x, weights["attention_norm"][i])
        q = add_rotation(w, heads(h, "q", i, llama.heads), cos, sin, llama)
        k = add_rotation(w, heads(h, "k", i, llama.kv_heads), cos, sin, llama)
        v = heads(h, "v", i, llama.kv_heads)
        keys, values = keep(past_keys, k), keep(past_values, v)
        kept.append((keys, values))
        grouped = w.add("Reshape", q, np.array([llama.kv_heads, -1, llama.head]))
        scores = w.add("MatMul", grouped, w.add("Transpose", keys, perm=[0, 2, 1]))
        scores = w.add("Div", scores, np.float32(np.sqrt(llama.head)))
        if mask:
            scores = w.add("Add", scores, mask)
        mixed = w.add("MatMul", w.add("Softmax", scores, axis=-1), values)
        joined = w.add("Reshape", mixed, np.array([1, llama.dim]))
        x = w.add("Add", x, w.add("MatMul", joined, weights["o"][i].T))
        h = add_norm(w, x, weights["feed_norm"][i])
        gate = w.add("MatMul", h, weights["gate"][i].T)
        gated = w.add("Mul", w.add("Mul", gate, w.add("Sigmoid", gate)),
                      w.add("MatMul", h, weights["up"][i].T))  # fmt: skip
        x = w.add("Add", x, w.add("MatMul", gated, weights["down"][i].T))
    h = add_norm(w, x, weights["last_norm"])
    return w.add("MatMul", h, weights["embedding"].T), kept


def cache_names(llama: Llama, prefix: str) -> list[tuple[str, str]]:
    return [(f"{prefix}k{i}", f"{prefix}v{i}") for i in range(llama.layers)]


def info(name: str, shape: list, dtype=TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, dtype, shape)


def cache_infos(llama: Llama, prefix: str, length) -> list[onnx.ValueInfoProto]:
    names = [name for pair in cache_names(llama, prefix) for name in pair]
    return [info(name, [llama.kv_heads, length, llama.head]) for name in names]


def finish(graph: onnx.GraphProto) -> onnx.ModelProto:
    opsets = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.checker.check_model(model)
    return model


def step_model(llama: Llama) -> onnx.ModelProto:
    """token [1], caches [kv_heads, past, head] -> scores [1, vocabulary], caches one longer."""
    w = Writer()
    caches = cache_names(llama, "past_")
    position = w.add("Shape", caches[0][0], start=1, end=2)
    scores, kept = add_step(
        w, llama, "token", position, caches, lambda past, new: w.add("Concat", past, new, axis=1)
    )
    w.add("Identity", scores, name="scores")
    for names, values in zip(cache_names(llama, "next_"), kept, strict=True):
        for name, value in zip(names, values, strict=True):
            w.add("Identity", value, name=name)
    inputs = [info("token", [1], TensorProto.INT64), *cache_infos(llama, "past_", "past")]
    outputs = [info("scores", [1, llama.vocabulary]), *cache_infos(llama, "next_", "length")]
    constants = list(w.constants.values())
    return finish(helper.make_graph(w.nodes, "step", inputs, outputs, constants))


def turn_graph(llama: Llama, room: int) -> onnx.GraphProto:
    """One turn: the token after the token. Caches grow by concatenation where there is no room for
    a fixed number of positions, else what is new is scattered into them."""
    w = Writer()
    caches, mask = cache_names(llama, "past_"), None
    if room:
        place = w.add("Reshape", "turn", np.array([1]))
        later = w.add("Greater", np.arange(room), place)
        mask = w.add("Where", later, np.float32(-np.inf), np.float32(0))
        column = w.add("Expand", place, np.array([llama.kv_heads, 1, llama.head]))

        def keep(past, new):
            return w.add("ScatterElements", past, column, new, axis=1)
    else:

        def keep(past, new):
            return w.add("Concat", past, new, axis=1)

    scores, kept = add_step(w, llama, "token", "turn", caches, keep, mask)
    following = w.add("ArgMax", scores, axis=-1, keepdims=0)
    w.add("Identity", following, name="next_token")
    w.add("Squeeze", following, np.array([0]), name="written")
    w.add("Not", w.add("Equal", "written", np.int64(BEGIN)), name="goes_on")
    for names, values in zip(cache_names(llama, "next_"), kept, strict=True):
        for name, value in zip(names, values, strict=True):
            w.add("Identity", value, name=name)
    flags = [info("turn", [], TensorProto.INT64), info("condition", [], TensorProto.BOOL)]
    length = room or None
    inputs = [*flags, info("token", [1], TensorProto.INT64), *cache_infos(llama, "past_", length)]
    outputs = [
        info("goes_on", [], TensorProto.BOOL),
        info("next_token", [1], TensorProto.INT64),
        *cache_infos(llama, "next_", length),
        info("written", [], TensorProto.INT64),
    ]
    return helper.make_graph(w.nodes, "turn", inputs, outputs, list(w.constants.values()))


def story_model(llama: Llama, room: int = 0) -> onnx.ModelProto:
    """most [], token [1] -> tokens [n]: until there are `most`, or the story is at its end."""
    w = Writer()
    shape = np.array([llama.kv_heads, room, llama.head])
    empty = w.add("ConstantOfShape", shape, value=helper.make_tensor("z", 1, [1], [0.0]))
    goes_on = w.constant(np.array(True))
    count = 2 * llama.layers
    outputs = ["last", *[f"cache{i}" for i in range(count)], "tokens"]
    w.nodes.append(
        helper.make_node(
            "Loop",
            ["most", goes_on, "token", *[empty] * count],
            outputs,
            "decode",
            body=turn_graph(llama, room),
        )
    )
    inputs = [info("most", [], TensorProto.INT64), info("token", [1], TensorProto.INT64)]
    constants = list(w.constants.values())
    tokens = [info("tokens", ["n"], TensorProto.INT64)]
    return finish(helper.make_graph(w.nodes, "story", inputs, tokens, constants))
