"""trtlike.onnx_backend by ONNX's own suite of backends, and by hand."""

import re
import unittest
from pathlib import Path

import numpy as np
import onnx
import pytest
from conftest import digits_model
from onnx import helper
from onnx.backend.test import BackendTest
from onnx.backend.test.loader import load_model_tests

import trtlike as trt
from trtlike import onnx_backend

PASSING = (Path(__file__).parent / "onnx_nodes" / "passing.txt").read_text().split()
# Drawn numbers, and numbers that were published after rounding.
OTHERS = ("test_bernoulli", "test_dft_inverse")


def cases_of_the_suite() -> list[str]:
    """A tenth of the list."""
    return [name for name in PASSING[3::10] if not name.startswith(OTHERS)]


def test_a_part_of_onnx_own_suite_passes():
    names = cases_of_the_suite()
    suite = BackendTest(onnx_backend, __name__)
    suite.include(f"^({'|'.join(map(re.escape, names))})_cpu$")
    result = unittest.TestResult()
    suite.test_suite.run(result)
    assert [(str(case), trace) for case, trace in result.failures + result.errors] == []
    assert result.testsRun - len(result.skipped) == len(names) > 170


def test_what_the_parser_refuses_is_not_compatible():
    folders = {case.name: Path(case.model_dir) for case in load_model_tests(kind="node")}
    expected = {"test_string_split_basic": False, "test_adam": False}
    expected |= {"test_add": True, "test_reduce_sum_negative_axes_keepdims_random": True}
    for name, is_compatible in expected.items():
        model = onnx.load(folders[name] / "model.onnx")
        assert onnx_backend.is_compatible(model) == is_compatible, name
    with pytest.raises(trt.UnsupportedError, match=r"'Adam' of domain 'ai\.onnx"):
        onnx_backend.prepare(onnx.load(folders["test_adam"] / "model.onnx"))


def test_arrays_come_by_order_by_name_and_alone():
    image = np.random.default_rng(0).random((3, 1, 8, 8), np.float32)
    model = onnx.load_model_from_string(digits_model())
    name = model.graph.input[0].name
    rep = onnx_backend.prepare(model, builder_optimization_level=0)
    results = [rep.run(given) for given in ([image], (image,), {name: image}, image)]
    for result in results:
        np.testing.assert_array_equal(result[0], results[0][0])
        assert result[model.graph.output[0].name] is result[0]
    assert rep.run(image[:2])[0].shape == results[0][0][:2].shape
    assert onnx_backend.run_model(model, [image], "CPU:0")[0].shape == results[0][0].shape


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [([], "expected arrays for .*, got 0"), ({"other": 1}, "expected the inputs .*, got other")],
)
def test_other_arrays_than_the_inputs_are_refused(inputs, sentence):
    rep = onnx_backend.prepare(onnx.load_model_from_string(digits_model()))
    with pytest.raises(ValueError, match=sentence):
        rep.run(inputs)


def test_nodes_run_alone():
    a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.float32([10, 20, 30])
    add = helper.make_node("Add", ["a", "b"], ["c"])
    for inputs in ([a, b], {"a": a, "b": b}):
        np.testing.assert_array_equal(onnx_backend.run_node(add, inputs)[0], a + b)
    clip = helper.make_node("Clip", ["x", "", "high"], ["y"])
    for inputs in ([a, np.float32(2)], [a, None, np.float32(2)]):
        np.testing.assert_array_equal(onnx_backend.run_node(clip, inputs).y, a.clip(max=2))
    softmax = helper.make_node("Softmax", ["x"], ["y"])
    old = onnx_backend.run_node(softmax, a[None], opset_version=11)[0]
    assert old.sum() == pytest.approx(1)
    binarizer = helper.make_node("Binarizer", ["x"], ["y"], domain="ai.onnx.ml", threshold=2.0)
    info = [(np.float32, (2, 3))]
    (signs,) = onnx_backend.run_node(binarizer, [a], outputs_info=info)
    np.testing.assert_array_equal(signs, a > 2)
    with pytest.raises(ValueError, match="expected arrays for a, b, got 3"):
        onnx_backend.run_node(add, [a, b, b])


def test_sequences_are_lists_of_any_length():
    """y is x without its last element and with z before; none where there is no z."""
    kind = helper.make_sequence_type_proto(helper.make_tensor_type_proto(1, ["n"]))
    optional = helper.make_optional_type_proto(helper.make_tensor_type_proto(1, ["n"]))
    graph = helper.make_graph(
        [
            helper.make_node("SequenceErase", ["x"], ["shorter"]),
            helper.make_node("OptionalHasElement", ["z"], ["has"]),
            helper.make_node(
                "If",
                ["has"],
                ["y"],
                then_branch=helper.make_graph(
                    [
                        helper.make_node("OptionalGetElement", ["z"], ["tensor"]),
                        helper.make_node("Constant", [], ["zero"], value_int=0),
                        helper.make_node("SequenceInsert", ["shorter", "tensor", "zero"], ["a"]),
                    ],
                    "then",
                    [],
                    [helper.make_value_info("a", kind)],
                ),
                else_branch=helper.make_graph(
                    [helper.make_node("Identity", ["shorter"], ["b"])],
                    "else",
                    [],
                    [helper.make_value_info("b", kind)],
                ),
            ),
        ],
        "lists",
        [helper.make_value_info("x", kind), helper.make_value_info("z", optional)],
        [helper.make_value_info("y", kind)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    rep = onnx_backend.prepare(model)
    rows = [np.full(n + 1, n, np.float32) for n in range(4)]
    for count, last in ((2, None), (3, rows[3]), (4, rows[0]), (1, rows[2])):
        (got,) = rep.run([rows[:count], last])
        expected = ([] if last is None else [last]) + rows[: count - 1]
        assert [row.tolist() for row in got] == [row.tolist() for row in expected]


def test_only_the_cpu_is_a_device():
    assert onnx_backend.supports_device("CPU") and not onnx_backend.supports_device("CUDA")
    with pytest.raises(trt.UnsupportedError, match="device: expected CPU, got CUDA:1"):
        onnx_backend.prepare(onnx.load_model_from_string(digits_model()), "CUDA:1")
