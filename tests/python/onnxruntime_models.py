"""Models and helpers of the tests of trtlike.onnxruntime."""

import numpy as np
from conftest import assert_close, onnxruntime_outputs
from onnx import TensorProto, helper, numpy_helper

from trtlike import onnxruntime as ort
from trtlike.onnxruntime.cache import EngineCache

TRT, CPU = "TensorrtExecutionProvider", "CPUExecutionProvider"
node = helper.make_node


def make_model(nodes, inputs, outputs, constants=(), between=()) -> bytes:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "net", [value(name, kind, shape) for name, kind, shape in inputs],
        [value(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants],
        value_info=[value(name, kind, shape) for name, kind, shape in between],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()


def static_convolutions() -> bytes:
    """Two branches of convolutions with one input of a known shape."""
    random = np.random.default_rng(2)
    weights = [
        (f"w{i}", random.standard_normal((8, c, 3, 3)).astype(np.float32) / 8)
        for i, c in enumerate((3, 8, 8))
    ]
    nodes = [
        node("Conv", ["x", "w0"], ["a"], pads=[1] * 4),
        node("Relu", ["a"], ["b"]),
        node("Conv", ["b", "w1"], ["c"], pads=[1] * 4),
        node("Conv", ["b", "w2"], ["d"], pads=[1] * 4),
        node("Add", ["c", "d"], ["y"]),
        node("GlobalAveragePool", ["d"], ["z"]),
    ]
    return make_model(nodes, [("x", TensorProto.FLOAT, [2, 3, 12, 12])], ["y", "z"], weights)


def with_sample() -> bytes:
    """SampleOp is ONNX Runtime's alone: it sits between two parts, and beside a third path."""
    nodes = [
        node("Relu", ["x"], ["a"]),
        node("Exp", ["x"], ["b"]),
        node("Add", ["a", "b"], ["c"]),
        node("SampleOp", ["c"], ["d"], name="sample", domain="com.microsoft"),
        node("Sigmoid", ["d"], ["e"]),
        node("Mul", ["e", "d"], ["y"]),
        node("Tanh", ["c"], ["z"]),
    ]
    shape = ["n", 3, 3]
    values = [(name, TensorProto.FLOAT, shape) for name in ("x", "d", "e")]
    return make_model(nodes, values[:1], ["y", "z"], between=values[1:])


def session_of(model, options=None, **more) -> ort.InferenceSession:
    return ort.InferenceSession(model, providers=[(TRT, options or {}), CPU], **more)


def providers_of(session) -> list[tuple[str, int]]:
    return [(p["provider"], len(p["nodes"])) for p in session.get_provider_graph_assignment_info()]


def assert_same(session, model, feeds, tolerance=1e-5) -> None:
    expected = onnxruntime_outputs(model, feeds)
    got = session.run(list(expected), feeds)
    for (name, array), own in zip(expected.items(), got, strict=True):
        assert own.dtype == array.dtype
        assert_close(own, array, tolerance, absolute=1e-6, name=name)


def random_feed(name: str, *shape: int) -> dict[str, np.ndarray]:
    return {name: np.random.default_rng(3).uniform(0, 2, shape).astype(np.float32)}


def count_builds(monkeypatch) -> list[str]:
    """Grows with every engine that is built."""
    stored = EngineCache.store
    builds: list[str] = []

    def store(self, plan):
        builds.append(self.key)
        stored(self, plan)

    monkeypatch.setattr(EngineCache, "store", store)
    return builds
