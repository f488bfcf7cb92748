"""Data that make no sense where extents follow from them are an error of that run, by a sentence
that names the layer; the context runs again afterwards, with its numbers."""

import numpy as np
import onnx
import pytest
from conftest import ListLogger, assert_close, build_plan, load, onnxruntime_outputs

# x: float[4, 2], y: float[6]; k: int64[1], the sum of y.
CASES = {
    "k_beyond_the_extent": (
        "z, j = TopK <axis = 0> (x, k)",
        "TopK",
        "expected at most the 4 elements of axis 0 of shape [4, 2], got 6",
        [1, 1, 1, 1, 1, 1],
        [1, 0, 0, 1, 1, 0],
    ),
    "k_below_nothing": (
        "z, j = TopK <axis = 0> (x, k)", "TopK", "got -2", [-1, -1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0],
    ),
    "extents_below_nothing": (
        "z = ConstantOfShape(k)", "Slice", "expected extents of at least 0, got -1",
        [-1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0],
    ),
    "repeats_below_nothing": (
        "z = Tile(y, k)", "Slice", "expected extents of at least 0, got -6",
        [-1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0],
    ),
    "more_cut_off_than_there_is": (
        "p = Concat <axis = 0> (k, k) z = Pad(y, p)", "Slice",
        "expected extents of at least 0, got -6", [-1, -1, -1, -1, -1, -1], [1, -1, 0, 0, 0, 0],
    ),
    "more_than_there_is_memory": (
        "huge = Constant <value = int64[1] {10000000000}> () h = Mul(k, huge) "
        "z = ConstantOfShape(h)",
        "", "memory: expected at most the", [1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0],
    ),
    "rows_that_do_not_match": (
        "r = Range(zero, count, one) f = Cast <to = 1> (r) z = Add(f, y)", "ElementWise",
        "expected a shape that broadcasts with [2], got [6]",
        [1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1],
    ),
    "a_loop_in_which_it_happens": (
        """z = Loop (three, , x) <
            body = t (int64 i, bool cc, float[4, 2] a) => (bool go, float[N, 2] b) {
                go = Identity(cc) b, j = TopK <axis = 0> (a, k) }>""",
        "TopK", "expected at most the 4 elements of axis 0", [1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 0, 0],
    ),
    "a_branch_in_which_it_happens": (
        """many = Greater(count, one)
        z = If (many) <
            then_branch = a () => (float[N, 2] p) { p, j = TopK <axis = 0> (x, k) },
            else_branch = b () => (float[N, 2] p) { p = Neg(x) }>""",
        "TopK", "expected at most the 4 elements of axis 0", [1, 1, 1, 1, 1, 0], [1, 0, 0, 0, 0, 0],
    ),
}  # fmt: skip


def model_of(body: str) -> bytes:
    model = onnx.parser.parse_model(
        f"""<ir_version: 9, opset_import: ["" : 18]>
        g (float[4, 2] x, float[6] y) => (float[] z) {{
            zero = Constant <value = int64 {{0}}> ()
            one = Constant <value = int64 {{1}}> ()
            three = Constant <value = int64 {{3}}> ()
            shape = Constant <value = int64[1] {{1}}> ()
            whole = Cast <to = 7> (y) count = ReduceSum <keepdims = 0> (whole)
            k = Reshape(count, shape) {body} }}"""
    )
    model.graph.output[0].type.tensor_type.ClearField("shape")
    return model.SerializeToString()


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("name", CASES)
def test_senseless_data_end_the_run_and_not_the_context(name, level):
    body, layer, sentence, bad, good = CASES[name]
    model = model_of(body)
    log = ListLogger()
    context = load(build_plan(model, level=level), log).create_execution_context()
    x = np.arange(8, dtype=np.float32).reshape(4, 2)
    fine = {"x": x, "y": np.array(good, np.float32)}
    expected = onnxruntime_outputs(model, fine)["z"]
    for _ in range(2):
        with pytest.raises(RuntimeError):
            context.infer({"x": x, "y": np.array(bad, np.float32)})
        assert sentence in log.text
        assert f"({layer})" in log.text or not layer
        assert_close(context.infer(fine)["z"], expected, 1e-6)
