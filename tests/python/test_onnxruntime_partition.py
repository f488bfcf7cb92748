"""trtlike.onnxruntime: how a model is cut into parts."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnxruntime_models import (
    CPU,
    TRT,
    assert_same,
    make_model,
    node,
    providers_of,
    random_feed,
    session_of,
    with_sample,
)

from trtlike.onnxruntime.graph import Graph
from trtlike.onnxruntime.partition import cut


def test_excluded_operators_and_small_parts_run_in_onnxruntime():
    session = session_of(with_sample(), {"trt_op_types_to_exclude": "Add,Sigmoid"})
    assert providers_of(session) == [(TRT, 2), (CPU, 3), (TRT, 2)]
    reasons = [p["reasons"] for p in session.get_provider_graph_assignment_info()]
    assert reasons[1][2] == "option 'trt_op_types_to_exclude' names it"
    session = session_of(with_sample(), {"trt_min_subgraph_size": 3})
    assert providers_of(session) == [(TRT, 4), (CPU, 3)]
    session = session_of(with_sample(), {"trt_max_partition_iterations": 1})
    assert providers_of(session) == [(CPU, 7)]


def test_dumped_parts_are_models(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session_of(with_sample(), {"trt_dump_subgraphs": True, "trt_engine_cache_prefix": "p"})
    models = [onnx.load(tmp_path / f"p_{number}.onnx") for number in range(2)]
    assert [len(model.graph.node) for model in models] == [4, 2]


def test_node_that_the_builder_refuses_goes_to_onnxruntime_alone(caplog):
    nodes = [
        node("Relu", ["x"], ["a"]),
        node("NonZero", ["a"], ["i"], name="where"),
        node("Cast", ["i"], ["c"], to=TensorProto.FLOAT),
        node("Exp", ["c"], ["y"]),
    ]
    model = make_model(nodes, [("x", TensorProto.FLOAT, ["n", 4])], ["y"])
    session = session_of(model)
    feeds = {"x": np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)}
    assert_same(session, model, feeds)
    if (CPU, 1) in providers_of(session):
        assert "where" in caplog.text or session.get_provider_graph_assignment_info()[1]["reasons"]
    assert sum(count for provider, count in providers_of(session) if provider == TRT) >= 2


def random_model(random: np.random.Generator, size: int) -> bytes:
    """Unary and binary nodes on random earlier values; a few are constants or outputs at once."""
    values, nodes = ["x", "k"], []
    for i in range(size):
        operator = random.choice(["Relu", "Tanh", "Abs", "Add", "Mul", "Sub", "Sin"])
        count = 2 if operator in ("Add", "Mul", "Sub") else 1
        recent = values[-6:]
        nodes.append(node(operator, list(random.choice(recent, count)), [f"v{i}"]))
        values.append(f"v{i}")
    read = {name for n in nodes for name in n.input}
    outputs = [v for v in values[2:] if v not in read] + ["v0"]
    constants = [("k", np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4))]
    inputs = [("x", TensorProto.FLOAT, [3, 4])]
    return make_model(nodes, inputs, list(dict.fromkeys(outputs)), constants)


def longest_alternation(graph: Graph, taken: list[bool]) -> int:
    """The least number of parts that any cut can have: changes of kind along a path, plus one."""
    best: list[int] = []
    for i, names in enumerate(graph.reads):
        before = [
            best[graph.maker[n]] + (taken[graph.maker[n]] != taken[i])
            for n in names
            if n in graph.maker
        ]
        best.append(max(before, default=1))
    return max(best)


@pytest.mark.parametrize("seed", range(40))
def test_random_cuts_are_whole_ordered_and_as_few_as_paths_allow(seed):
    random = np.random.default_rng(seed)
    graph = Graph(random_model(random, int(random.integers(1, 40))))
    taken = [bool(random.random() < 0.7) for _ in graph.nodes]
    parts = cut(graph, taken)
    assert sorted(i for part in parts for i in part.nodes) == list(range(len(graph.nodes)))
    known = {"x", *graph.initializers}
    for part in parts:
        assert {taken[i] for i in part.nodes} == {part.taken}
        assert set(part.inputs) <= known and part.nodes == sorted(part.nodes)
        known.update(part.outputs)
    assert {value.name for value in graph.outputs} <= known
    assert len(parts) <= longest_alternation(graph, taken) + 1


@pytest.mark.parametrize("seed", range(4))
def test_random_models_in_parts_give_the_numbers_of_onnxruntime(seed):
    random = np.random.default_rng(100 + seed)
    model = random_model(random, 30)
    options = {"trt_op_types_to_exclude": "Sin,Sub", "trt_builder_optimization_level": 0}
    session = session_of(model, options)
    assert len(providers_of(session)) > 1
    assert_same(session, model, random_feed("x", 3, 4))


def test_branches_and_constant_outputs():
    """An initializer that is an output at once, and an if with values from around it."""
    branch = [
        helper.make_graph([node(op, ["a"], [f"{op}_y"])], op, [],
                          [helper.make_tensor_value_info(f"{op}_y", TensorProto.FLOAT, None)])
        for op in ("Exp", "Det")
    ]  # fmt: skip
    nodes = [
        node("Relu", ["x"], ["a"]),
        node("ReduceSum", ["a"], ["sum"], keepdims=0),
        node("Greater", ["sum", "k"], ["is"]),
        node("If", ["is"], ["y"], then_branch=branch[0], else_branch=branch[1]),
    ]
    constants = [("k", np.array(100, np.float32))]
    model = make_model(nodes, [("x", TensorProto.FLOAT, [2, 2])], ["y", "k"], constants)
    for scale in (1, 100):
        feeds = {"x": np.eye(2, dtype=np.float32) * np.float32(scale)}
        if scale == 100:
            feeds["x"] = np.minimum(feeds["x"], 88)
        assert_same(session_of(model), model, feeds)
