"""Tensors that share memory: the numbers are as if they did not, or the run is refused."""

import numpy as np
import onnx
import pytest
from conftest import ListLogger, build_plan, load, onnxruntime_outputs
from onnx import TensorProto, helper, numpy_helper

import trtlike as trt

N = 6
BYTES = N * N * 4


def random_model(rng: np.random.Generator) -> bytes:
    """A few operations on two square inputs, some in place, some not, to two outputs."""
    nodes, names = [], ["a", "b"]
    for i in range(int(rng.integers(1, 6))):
        first, second = (str(name) for name in rng.choice(names[-3:], 2))
        kinds = [
            "Relu",
            "Add",
            "Mul",
            "MatMul",
            "Softmax",
            "Transpose",
            "Concat",
            "Slice",
            "Identity",
        ]
        kind = str(rng.choice(kinds))
        out = f"t{i}"
        if kind in ("Add", "Mul", "MatMul"):
            nodes.append(helper.make_node(kind, [first, second], [out]))
        elif kind == "Softmax":
            nodes.append(helper.make_node(kind, [first], [out], axis=int(rng.integers(2))))
        elif kind == "Transpose":
            nodes.append(helper.make_node(kind, [first], [out], perm=[1, 0]))
        elif kind == "Concat":
            nodes.append(helper.make_node("Slice", [first, "zero", "half"], [out + "l"]))
            nodes.append(helper.make_node("Slice", [second, "half", "end"], [out + "r"]))
            nodes.append(helper.make_node(kind, [out + "l", out + "r"], [out], axis=0))
        elif kind == "Slice":
            nodes.append(helper.make_node(kind, [first, "half", "end"], [out + "s"]))
            nodes.append(helper.make_node("Concat", [out + "s", out + "s"], [out], axis=0))
        else:
            nodes.append(helper.make_node(kind, [first], [out]))
        names.append(out)
    results = names[-2:] if len(names) > 3 else [names[-1]]
    shape = [N, N]
    values = {"zero": [0], "half": [N // 2], "end": [N]}
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in ("a", "b")],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in results],
        [numpy_helper.from_array(np.array(v, np.int64), n) for n, v in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model.SerializeToString()


def views(memory: np.ndarray, names: list[str], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """An array for each name, at places that are often the same and sometimes overlap."""
    starts = [int(rng.choice([0, 0, N * N // 2, N * N, N * N])) for _ in names]
    return {
        name: memory[start : start + N * N].reshape(N, N)
        for name, start in zip(names, starts, strict=True)
    }


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("seed", range(40))
def test_shared_memory_gives_the_right_numbers_or_a_refusal(seed, level):
    rng = np.random.default_rng(seed)
    model = random_model(rng)
    log = ListLogger()
    engine = load(build_plan(model, level=level), log)
    context = engine.create_execution_context()
    names = [engine[i] for i in range(engine.num_io_tensors)]
    inputs = [n for n in names if engine.get_tensor_mode(n) == trt.TensorIOMode.INPUT]
    outputs = [n for n in names if n not in inputs]
    for _ in range(12):
        memory = np.zeros(3 * N * N, np.float32)
        arrays = views(memory, names, rng)
        for name in inputs:
            arrays[name][:] = rng.standard_normal((N, N))
        feeds = {name: arrays[name].copy() for name in inputs}
        for name in names:
            given = arrays[name] if rng.integers(2) else arrays[name].ctypes.data
            assert context.set_tensor_address(name, given)
        del log.lines[:]
        expected = onnxruntime_outputs(model, {n: feeds[n] for n in used_inputs(model, feeds)})
        meet = any(
            np.shares_memory(arrays[a], arrays[b]) for a in outputs for b in outputs if a != b
        )
        assert context.execute_async_v3(0) is not meet
        if meet:
            assert "expected memory of its own, got memory that tensor" in log.text
            continue
        for name in outputs:
            np.testing.assert_allclose(arrays[name], expected[name], rtol=1e-4, atol=1e-5)


def used_inputs(model: bytes, feeds: dict[str, np.ndarray]) -> list[str]:
    return [value.name for value in onnx.load_from_string(model).graph.input if value.name in feeds]


def test_queued_runs_through_shared_memory_follow_each_other():
    shape = [N, N]
    node = helper.make_node("MatMul", ["x", "x"], ["y"])
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in ("x", "y")]
    graph = helper.make_graph([node], "g", info[:1], info[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    context = load(build_plan(model.SerializeToString())).create_execution_context()
    x = np.random.default_rng(0).standard_normal((N, N)).astype(np.float32) / N
    expected = np.linalg.matrix_power(x.astype(np.float64), 16)
    stream = trt.create_stream()
    context.set_tensor_address("x", x)
    context.set_tensor_address("y", x)
    for _ in range(4):
        assert context.execute_async_v3(stream)
    trt.synchronize_stream(stream)
    trt.destroy_stream(stream)
    np.testing.assert_allclose(x, expected, rtol=1e-3, atol=1e-7)


def model_with_outputs(nodes, outputs: list[str]) -> bytes:
    info = {n: helper.make_tensor_value_info(n, TensorProto.FLOAT, [2, 3]) for n in ("x", "y")}
    graph = helper.make_graph(nodes, "g", [info["x"]], [info[name] for name in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model.SerializeToString()


@pytest.mark.parametrize(
    ("outputs", "said"), [(["y", "x"], "x"), (["x"], "x"), (["y", "y"], "y"), (["x", "x"], "x")]
)
def test_an_output_that_cannot_keep_its_name_is_announced(outputs, said, logger):
    model = model_with_outputs([helper.make_node("Relu", ["x"], ["y"])], outputs)
    engine = load(build_plan(model, log=logger))
    x = np.array([[-1, 2, -3], [4, -5, 6]], np.float32)
    expected = {"x": x, "y": np.maximum(x, 0)}
    got = list(engine.create_execution_context().infer({"x": x}).items())
    assert len(got) == len(outputs)
    for (name, array), wanted in zip(got, outputs, strict=True):
        np.testing.assert_array_equal(array, expected[wanted])
        assert name == wanted or f"[onnx] output '{wanted}'" in logger.text
        assert name == wanted or f"is called '{name}'" in logger.text
    assert f"[onnx] output '{said}'" in logger.text
