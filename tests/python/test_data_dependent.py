"""Extents that only a run can tell: the numbers are ONNX Runtime's for every data, in one context,
at both ends of the optimization levels, also where nothing is left.
"""

import math
import time
import types

import numpy as np
import onnx
import pytest
from conftest import ListLogger, assert_close, build_plan, load, onnxruntime_outputs

import trtlike as trt

ROWS = 12
CONSTANTS = """
    zero = Constant <value = float {0.0}> ()
    one = Constant <value = float {1.0}> ()
    i0 = Constant <value = int64 {0}> ()
    i1 = Constant <value = int64 {1}> ()
    v0 = Constant <value = int64[1] {0}> ()
    v1 = Constant <value = int64[1] {1}> ()
    v4 = Constant <value = int64[1] {4}> ()
    rest = Constant <value = int64[1] {-1}> ()
    positive = Greater(s, zero)
    flags = Cast <to = 7> (positive)
    count = ReduceSum <keepdims = 0> (flags)
    counts = Reshape(count, v1)
"""
# x: float[12, 4], s: float[12], w: float[4, 8].
BODIES = {
    "rows_that_a_mask_picks": "r = Compress <axis = 0> (x, positive) z = MatMul(r, w)",
    "indices_of_a_mask": "n = NonZero(positive) z = Cast <to = 1> (n)",
    "indices_of_floats": "c = Relu(x) n = NonZero(c) z = Cast <to = 1> (n)",
    "elements_at_indices": """
        m = Greater(x, zero) n = NonZero(m) t = Transpose(n) g = GatherND(x, t) z = Exp(g)""",
    "a_mask_of_what_a_mask_picked": """
        r = Compress <axis = 0> (x, positive) a = ReduceMean <keepdims = 0, axes = [1]> (r)
        m = Greater(a, zero) z = Compress <axis = 0> (r, m)""",
    "parts_that_make_up_the_whole": """
        m = Not(positive) a = Compress <axis = 0> (x, positive) b = Compress <axis = 0> (x, m)
        c = Concat <axis = 0> (a, b) y = MatMul(c, w) q = MatMul(x, w) z = Add(y, q)""",
    "a_range": """
        r = Range(i0, count, i1) f = Cast <to = 1> (r) z = Add(f, one)""",
    "zeros_of_a_computed_shape": """
        d = Concat <axis = 0> (counts, v4) f = ConstantOfShape(d) p = MatMul(f, w)
        z = Add(p, one)""",
    "the_best_k": "a, i = TopK <axis = 0> (s, counts) z = Exp(a)",
    "the_best_k_rows": "a, i = TopK <axis = 0> (s, counts) r = Gather(x, i) z = MatMul(r, w)",
    "a_slice_to_a_computed_end": "r = Slice(x, v0, counts, v0) z = MatMul(r, w)",
    "a_slice_from_a_computed_start": """
        e = Shape <start = 0, end = 1> (x) r = Slice(x, counts, e, v0) z = Relu(r)""",
    "a_slice_back_from_a_computed_start": """
        e = Constant <value = int64[1] {-9223372036854775807}> ()
        r = Slice(x, counts, e, v0, rest) z = Relu(r)""",
    "a_computed_pad": """
        p = Concat <axis = 0> (counts, v0, v1, v0) r = Pad(x, p, one) z = MatMul(r, w)""",
    "computed_repeats": "d = Concat <axis = 0> (counts, v1) r = Tile(x, d) z = Relu(r)",
    "a_computed_expand": """
        d = Concat <axis = 0> (counts, v1, v1) r = Expand(x, d) z = Exp(r)""",
    "an_expand_of_what_is_left": """
        r = Compress <axis = 0> (x, positive) one_of_them = Sub(counts, counts)
        k = Add(one_of_them, v1) d = Concat <axis = 0> (k, v4) y = Expand(r, d) z = Exp(y)""",
    "a_reshape_to_computed_extents": """
        h = Add(counts, v1) e = Concat <axis = 0> (h, v4) g = ConstantOfShape(e)
        f = Concat <axis = 0> (h, v1, v4) y = Reshape(g, f) z = Add(y, one)""",
    "a_computed_depth": """
        t = Add(count, i1) v = Constant <value = float[2] {0.0, 1.0}> () i = Cast <to = 7> (s)
        z = OneHot(i, t, v)""",
    "a_convolution_over_what_is_left": """
        r = Compress <axis = 0> (x, positive) t = Transpose(r) u = Unsqueeze(t, v0)
        pads = Constant <value = int64[6] {0, 0, 1, 0, 0, 1}> () p = Pad(u, pads)
        shape = Constant <value = int64[3] {8, 4, 1}> () wt = Transpose(w) k = Reshape(wt, shape)
        z = Conv(p, k)""",
    "normalized_rows": """
        r = Compress <axis = 0> (x, positive) a = Softmax <axis = -1> (r) b = MatMul(a, w)
        c = Softmax <axis = -1> (b) z = Add(c, b)""",
}
SCORES = {
    "some": np.array([1, -1, 2, -3, 0.5, 0, 3, -2, 4, 1.5, -0.5, 2.5]),
    "other": np.array([-1, -1, -1, 3, -1, 2, -1, -1, 1, -1, -1, -1]),
    "one": np.array([-1] * 7 + [2] + [-1] * 4),
    "all": np.arange(1, 13),
}


def make_model(body: str) -> bytes:
    rng = np.random.default_rng(1)
    values = ", ".join(str(v) for v in rng.uniform(-1, 1, 32).astype(np.float32))
    text = f"""<ir_version: 8, opset_import: ["" : 17]>
    g (float[{ROWS}, 4] x, float[{ROWS}] s) => (float[] z)
    {{ {CONSTANTS} w = Constant <value = float[4, 8] {{{values}}}> () {body} }}"""
    model = onnx.parser.parse_model(text)
    model.graph.output[0].type.tensor_type.ClearField("shape")
    return model.SerializeToString()


def feeds(scores: np.ndarray, seed: int = 0) -> dict[str, np.ndarray]:
    x = np.random.default_rng(seed).standard_normal((ROWS, 4)).astype(np.float32)
    return {"x": x, "s": scores.astype(np.float32)}


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("name", sorted(BODIES))
def test_every_data_gives_the_numbers_of_onnx_runtime(name, level):
    model = make_model(BODIES[name])
    context = load(build_plan(model, level=level)).create_execution_context()
    for seed, which in enumerate([*SCORES, *SCORES]):
        given = feeds(SCORES[which], seed)
        expected = onnxruntime_outputs(model, given)
        got = context.infer(given)
        for output, array in expected.items():
            assert got[output].shape == array.shape, which
            assert_close(got[output], array, 1e-5)


@pytest.mark.parametrize(
    "name",
    ["rows_that_a_mask_picks", "a_range", "indices_of_a_mask", "an_expand_of_what_is_left"],
)
def test_nothing_may_be_left(name):
    model = make_model(BODIES[name])
    context = load(build_plan(model)).create_execution_context()
    for scores in (-np.ones(ROWS), np.ones(ROWS), -np.ones(ROWS)):
        given = feeds(scores)
        got = context.infer(given)["z"]
        assert got.shape == onnxruntime_outputs(model, given)["z"].shape


def test_shapes_are_unknown_before_the_run_and_true_after():
    model = make_model(BODIES["rows_that_a_mask_picks"])
    engine = load(build_plan(model))
    assert tuple(engine.get_tensor_shape("z")) == (-1, 8)
    context = engine.create_execution_context()
    given = feeds(SCORES["some"])
    assert tuple(context.get_tensor_shape("z")) == (-1, 8)
    assert context.get_max_output_size("z") == ROWS * 8 * 4
    context.infer(given)
    assert tuple(context.get_tensor_shape("z")) == (7, 8)
    context.infer(feeds(SCORES["one"]))
    assert tuple(context.get_tensor_shape("z")) == (1, 8)


def test_memory_that_infer_allocated_is_not_written_to_afterwards():
    log = ListLogger()
    model = make_model(BODIES["rows_that_a_mask_picks"])
    context = load(build_plan(model), log).create_execution_context()
    given = feeds(SCORES["some"])
    result = context.infer(given)["z"]
    before = result.copy()
    for name, array in feeds(SCORES["all"], seed=3).items():
        context.set_tensor_address(name, array)
    assert not context.execute_async_v3(0)
    assert "tensor 'z': expected an address, got none" in log.text
    np.testing.assert_array_equal(result, before)


def test_an_address_is_there_again_when_the_output_allocator_goes():
    model = make_model(BODIES["rows_that_a_mask_picks"])
    context = load(build_plan(model)).create_execution_context()
    buffer = np.zeros(ROWS * 8, np.float32)
    context.set_tensor_address("z", buffer)
    given = feeds(SCORES["some"])
    expected = context.infer(given)["z"]
    assert context.get_tensor_address("z") == buffer.ctypes.data
    assert not buffer.any()
    assert context.execute_async_v3(0)
    np.testing.assert_array_equal(buffer[: expected.size], expected.ravel())


def test_infer_takes_any_mapping_and_converts_what_is_not_as_the_engine_reads_it():
    model = make_model(BODIES["rows_that_a_mask_picks"])
    context = load(build_plan(model)).create_execution_context()
    given = feeds(SCORES["some"])
    expected = context.infer(given)["z"]
    odd = {"x": np.asfortranarray(given["x"]), "s": given["s"].astype(np.float16)}
    np.testing.assert_array_equal(context.infer(types.MappingProxyType(odd))["z"], expected)
    with pytest.raises(ValueError, match="expected the inputs x, s, got 'y'"):
        context.infer({**given, "y": given["x"]})
    with pytest.raises(ValueError, match="expected the inputs x, s, got 'y'"):
        context.infer({"x": given["x"], "y": given["x"]})
    with pytest.raises(ValueError, match="expected an array for input 's', got none"):
        context.infer({"x": given["x"]})


def test_a_buffer_of_the_largest_size_takes_every_result():
    model = make_model(BODIES["rows_that_a_mask_picks"])
    context = load(build_plan(model)).create_execution_context()
    buffer = np.full(context.get_max_output_size("z") // 4, np.nan, np.float32)
    for which in ("some", "one", "all"):
        given = feeds(SCORES[which])
        for name, array in given.items():
            context.set_tensor_address(name, array)
        context.set_tensor_address("z", buffer)
        assert context.execute_async_v3(0)
        shape = tuple(context.get_tensor_shape("z"))
        expected = onnxruntime_outputs(model, given)["z"]
        assert shape == expected.shape
        assert_close(buffer[: expected.size].reshape(shape), expected, 1e-5)


def test_memory_that_turns_out_to_be_too_small_is_refused_and_the_context_runs_again():
    log = ListLogger()
    model = make_model(BODIES["rows_that_a_mask_picks"])
    engine = load(build_plan(model), log)
    context = engine.create_execution_context()
    small = np.empty((3, 8), np.float32)
    given = feeds(SCORES["some"])
    for name, array in given.items():
        context.set_tensor_address(name, array)
    context.set_tensor_address("z", small)
    assert not context.execute_async_v3(0)
    assert "tensor 'z': expected memory of at least 224 bytes for shape [7, 8]" in log.text
    assert context.infer(feeds(SCORES["other"]))["z"].shape == (3, 8)


class Allocator(trt.IOutputAllocator):
    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.shapes: list[tuple[int, ...]] = []
        self.memory = np.empty(0, np.uint8)

    def reallocate_output_async(self, name, memory, size, alignment, stream):
        self.sizes.append(size)
        self.memory = np.empty(size + alignment, np.uint8)
        return -(-self.memory.ctypes.data // alignment) * alignment

    def notify_shape(self, name, shape):
        self.shapes.append(tuple(shape))


def test_an_output_allocator_is_asked_for_what_the_run_gives():
    model = make_model(BODIES["rows_that_a_mask_picks"])
    context = load(build_plan(model)).create_execution_context()
    allocator = Allocator()
    context.set_output_allocator("z", allocator)
    for which in ("some", "one"):
        for name, array in (given := feeds(SCORES[which])).items():
            context.set_tensor_address(name, array)
        assert context.execute_async_v3(0), given
    assert allocator.sizes == [7 * 8 * 4, 1 * 8 * 4]
    assert allocator.shapes == [(7, 8), (1, 8)]


class Slow(trt.IProfiler):
    def report_layer_time(self, layer_name, ms):
        time.sleep(0.05)


@pytest.mark.parametrize("which", ["data decide", "shapes decide"])
def test_allocators_have_answered_when_a_queued_run_is_accepted(which):
    stream = trt.create_stream()
    identity = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]> g (float[3] x) => (float[3] z) { z = Neg(x) }'
    )
    engine = load(build_plan(identity.SerializeToString()))
    before = engine.create_execution_context()
    x, y = np.float32([1, 2, 3]), np.empty(3, np.float32)
    before.set_tensor_address("x", x)
    before.set_tensor_address("z", y)
    before.profiler = Slow()
    given, shape = {"x": x}, (3,)
    if which == "data decide":
        engine = load(build_plan(make_model(BODIES["rows_that_a_mask_picks"])))
        given, shape = feeds(SCORES["some"]), (7, 8)
    context = engine.create_execution_context()
    allocator = Allocator()
    context.set_output_allocator("z", allocator)
    for name, array in given.items():
        context.set_tensor_address(name, array)
    for count in (1, 2):
        assert before.execute_async_v3(stream)
        assert context.execute_async_v3(stream)
        assert allocator.sizes == [4 * math.prod(shape)] * count
        assert allocator.shapes == [shape] * count
    trt.synchronize_stream(stream)
    trt.destroy_stream(stream)
    if which == "shapes decide":
        address = -(-allocator.memory.ctypes.data // 64) * 64
        start = address - allocator.memory.ctypes.data
        z = allocator.memory[start : start + 12].view(np.float32)
        np.testing.assert_array_equal(z, -x)


def test_a_detector_ends_with_what_suppression_leaves():
    text = """<ir_version: 8, opset_import: ["" : 17]>
    g (float[1, 30, 4] b, float[1, 3, 30] s) => (float[] z, int64[] kind)
    {
      most = Constant <value = int64 {5}> () iou = Constant <value = float {0.4}> ()
      least = Constant <value = float {0.2}> ()
      c1 = Constant <value = int64[1] {1}> () c2 = Constant <value = int64[1] {2}> ()
      c3 = Constant <value = int64[1] {3}> () axis = Constant <value = int64[1] {0}> ()
      n = NonMaxSuppression(b, s, most, iou, least)
      k = Slice(n, c1, c2, c1) kind = Squeeze(k, c1)
      i = Slice(n, c2, c3, c1) j = Squeeze(i, c1)
      flat = Squeeze(b, axis) r = Gather(flat, j) z = Sigmoid(r)
    }"""
    parsed = onnx.parser.parse_model(text)
    for output in parsed.graph.output:
        output.type.tensor_type.ClearField("shape")
    model = parsed.SerializeToString()
    context = load(build_plan(model)).create_execution_context()
    rng = np.random.default_rng(0)
    for top in (1.0, 0.3, 0.1, 0.6):
        corner = rng.uniform(0, 1, (1, 30, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(0.1, 0.6, (1, 30, 2))], 2)
        given = {
            "b": boxes.astype(np.float32),
            "s": rng.uniform(0, top, (1, 3, 30)).astype(np.float32),
        }
        expected = onnxruntime_outputs(model, given)
        got = context.infer(given)
        np.testing.assert_array_equal(got["kind"], expected["kind"])
        assert_close(got["z"], expected["z"], 1e-6)
