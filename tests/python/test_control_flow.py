"""If, Loop and Scan at run time: the numbers are ONNX Runtime's whichever branch is taken and
however many turns there are, in one context, at both ends of the optimization levels and from a
saved plan.
"""

import numpy as np
import onnx
import pytest
from conftest import ListLogger, assert_close, build_plan, layers_of, load, onnxruntime_outputs

import trtlike as trt

# x: float[4, 4] or float[n, 4], n: int64, c: bool; outputs: z and where a body makes it y.
CONSTANTS = """
    zero = Constant <value = float {0.0}> ()
    one = Constant <value = float {1.0}> ()
    half = Constant <value = float {0.5}> ()
    i0 = Constant <value = int64 {0}> ()
    i1 = Constant <value = int64 {1}> ()
    i2 = Constant <value = int64 {2}> ()
    v0 = Constant <value = int64[1] {0}> ()
    v1 = Constant <value = int64[1] {1}> ()
    v2 = Constant <value = int64[1] {2}> ()
    true = Constant <value = bool {1}> ()
"""
BODIES = {
    "one_of_two_branches": """
        z = If (c) <
            then_branch = a () => (float[N, 4] p) { q = MatMul(x, w) p = Relu(q) },
            else_branch = b () => (float[N, 4] p) { q = Exp(x) p = Add(q, one) }>""",
    "branches_of_different_extents": """
        s = If (c) <
            then_branch = a () => (float[A, 4] p) { p = Concat <axis = 0> (x, x) },
            else_branch = b () => (float[B, 4] p) { p = Slice(x, v0, v2, v0) }>
        z = MatMul(s, w)""",
    "a_branch_that_is_there": """
        r = Relu(x)
        z = If (c) <
            then_branch = a () => (float[N, 4] p) { p = Identity(r) },
            else_branch = b () => (float[N, 4] p) { p = MatMul(x, w) }>""",
    "two_outputs": """
        z, y = If (c) <
            then_branch = a () => (float[N, 4] p, float[N, 4] q) { q = Exp(x) p = Add(q, one) },
            else_branch = b () => (float[N, 4] p, float[N, 4] q) { p = Neg(x) q = Abs(p) }>""",
    "a_branch_in_a_branch": """
        big = Greater(n, i2)
        z = If (c) <
            then_branch = a () => (float[N, 4] p) {
                q = MatMul(x, w)
                p = If (big) <
                    then_branch = d () => (float[N, 4] r) { s = Exp(q) r = Sub(s, one) },
                    else_branch = e () => (float[N, 4] r) { r = Relu(q) }>
            },
            else_branch = b () => (float[N, 4] p) { p = Tanh(x) }>""",
    "a_shape_from_a_branch": """
        d = If (c) <
            then_branch = a () => (int64[2] p) {
                k = Constant <value = int64[2] {-1, 2}> () p = Identity(k) },
            else_branch = b () => (int64[2] p) {
                k = Constant <value = int64[2] {2, -1}> () p = Identity(k) }>
        r = Reshape(x, d)
        z = Add(r, one)""",
    "counted_turns": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc) m = MatMul(a, w) b = Tanh(m) }>""",
    "the_number_of_the_turn": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc) f = Cast <to = 1> (i) b = Add(a, f) }>""",
    "turns_that_a_condition_ends": """
        z = Loop ( , true, x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                b = Add(a, one) s = ReduceMax <keepdims = 0> (b) f = Cast <to = 1> (n)
                go = Less(s, f) }>""",
    "turns_counted_and_with_a_condition": """
        z, y = Loop (n, c, x, zero) <
            body = t (int64 i, bool cc, float[N, 4] a, float u)
                => (bool go, float[N, 4] b, float v) {
                b = Mul(a, half) v = Add(u, one) s = ReduceMax <keepdims = 0> (b)
                go = Greater(s, zero) }>""",
    "stacked_rows": """
        z, y = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b, float[4] row) {
                go = Identity(cc) b = Add(a, one) row = ReduceSum <keepdims = 0> (b, v0) }>""",
    "a_value_that_grows": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[A, 4] a) => (bool go, float[B, 4] b) {
                go = Identity(cc) m = ReduceMean(a, v0) b = Concat <axis = 0> (a, m) }>""",
    "a_value_that_shrinks": """
        z = Loop (n, true, x) <
            body = t (int64 i, bool cc, float[A, 4] a) => (bool go, float[B, 4] b) {
                e = Shape <start = 0, end = 1> (a) b = Slice(a, v1, e, v0)
                k = Squeeze(e, v0) go = Greater(k, i2) }>""",
    "values_that_change_places": """
        d = Mul(x, half)
        z, y = Loop (n, , x, d) <
            body = t (int64 i, bool cc, float[N, 4] a, float[N, 4] b)
                => (bool go, float[N, 4] p, float[N, 4] q) {
                go = Identity(cc) p = Identity(b) q = Add(a, b) }>""",
    "a_branch_in_a_turn": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc) r = Mod(i, i2) odd = Equal(r, i1)
                b = If (odd) <
                    then_branch = d () => (float[N, 4] p) { p = MatMul(a, w) },
                    else_branch = e () => (float[N, 4] p) { p = Tanh(a) }> }>""",
    "a_turn_in_a_branch": """
        z = If (c) <
            then_branch = a () => (float[N, 4] p) {
                p = Loop (n, , x) <
                    body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                        go = Identity(cc) b = Sin(a) }> },
            else_branch = b () => (float[N, 4] p) { p = Neg(x) }>""",
    "turns_in_a_turn": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc)
                b = Loop (i, , a) <
                    body = u (int64 j, bool dd, float[N, 4] d) => (bool on, float[N, 4] e) {
                        on = Identity(dd) f = Cast <to = 1> (j) g = Add(d, f)
                        e = Mul(g, half) }> }>""",
    "turns_in_a_turn_that_only_counts_them": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc)
                s = Loop (i, , x) <
                    body = u (int64 j, bool dd, float[N, 4] d) => (bool on, float[N, 4] e) {
                        on = Identity(dd) e = Tanh(d) }>
                b = Add(a, s) }>""",
    "a_turn_that_only_decides": """
        p = MatMul(x, w) q = Exp(x)
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc) r = Mod(i, i2) odd = Equal(r, i1)
                s = If (odd) <
                    then_branch = d () => (float[N, 4] f) { f = Add(p, one) },
                    else_branch = e () => (float[N, 4] f) { f = Sub(q, one) }>
                b = Add(a, s) }>""",
    "turns_in_a_turn_that_nobody_reads": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc) b = Tanh(a)
                s, k = Loop (i, , a, x) <
                    body = u (int64 j, bool dd, float[N, 4] d, float[N, 4] f)
                        => (bool on, float[N, 4] e, float[N, 4] g) {
                        on = Identity(dd) e = Tanh(d) g = Add(d, f) }> }>""",
    "a_value_that_only_a_branch_reads": """
        z, k = Loop (n, , x, zero) <
            body = t (int64 i, bool cc, float[N, 4] a, float u)
                => (bool go, float[N, 4] b, float v) {
                go = Identity(cc) r = Mod(i, i2) odd = Equal(r, i1) v = Cast <to = 1> (i)
                b = If (odd) <
                    then_branch = d () => (float[N, 4] p) { p = Add(a, u) },
                    else_branch = e () => (float[N, 4] p) { p = Tanh(a) }> }>""",
    "a_table_that_turns_look_up": """
        z, y = Loop (n, , zero) <
            body = t (int64 i, bool cc, float a) => (bool go, float b, float[4] row) {
                go = Identity(cc) k = Mod(i, i2) row = Gather <axis = 0> (x, k)
                s = ReduceSum <keepdims = 0> (row, v0) b = Add(a, s) }>""",
    "a_slice_that_moves": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc) k = Mod(i, i2) f = Unsqueeze(k, v0) e = Add(f, v1)
                row = Slice(x, f, e, v0) b = Add(a, row) }>""",
    "a_slice_whose_bounds_are_cut_out": """
        ends = Constant <value = int64[5] {0, 1, 2, 3, 4}> ()
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc) r = Mod(i, i2) k = Unsqueeze(r, v0) l = Add(k, v1)
                m = Add(l, v1) s = Slice(ends, k, l) e = Slice(ends, l, m)
                row = Slice(x, s, e) b = Add(a, row) }>""",
    "rows_that_a_turn_finds": """
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[A, 4] a) => (bool go, float[B, 4] b) {
                go = Identity(cc) s = ReduceSum <keepdims = 0> (a, v1) m = Greater(s, zero)
                r = Compress <axis = 0> (a, m) k = Mul(r, half) b = Concat <axis = 0> (k, x) }>""",
    "a_scan": """
        z, y = Scan <num_scan_inputs = 1,
            body = t (float[4] a, float[4] r) => (float[4] b, float[4] o) {
                s = Add(a, r) b = Tanh(s) o = Mul(b, half) }> (h, x)""",
    "a_scan_backwards": """
        z, y = Scan <num_scan_inputs = 1, scan_input_directions = [1], scan_output_directions = [1],
            body = t (float[4] a, float[4] r) => (float[4] b, float[4] o) {
                s = Add(a, r) b = Tanh(s) o = Mul(b, half) }> (h, x)""",
    "a_scan_along_other_axes": """
        g = ReduceSum <keepdims = 0> (x, v1)
        z, y = Scan <num_scan_inputs = 1, scan_input_axes = [1], scan_output_axes = [1],
            body = t (float[N] a, float[N] r) => (float[N] b, float[N] o) {
                s = Add(a, r) b = Tanh(s) o = Mul(b, half) }> (g, x)""",
}


def make_model(body: str, rows: str) -> onnx.ModelProto:
    outputs = "float[A, B] z" + (", float[C, D] y" if " y = " in body or "z, y" in body else "")
    text = f"""<ir_version: 8, opset_import: ["" : 18]>
        g (float[{rows}, 4] x, int64 n, bool c, float[4, 4] w, float[4] h) => ({outputs}) {{
        {CONSTANTS} {body} }}"""
    model = onnx.parser.parse_model(text)
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    return model


def feeds(rows: int, n: int, c: bool, seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {
        "x": random.standard_normal((rows, 4)).astype(np.float32),
        "n": np.array(n, np.int64),
        "c": np.array(c),
        "w": (random.standard_normal((4, 4)) / 2).astype(np.float32),
        "h": random.standard_normal(4).astype(np.float32),
    }


def used(model: onnx.ModelProto, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: values[name] for name in (i.name for i in model.graph.input)}


def build(model: onnx.ModelProto, level: int = 3) -> trt.IHostMemory:
    is_dynamic = bool(model.graph.input[0].type.tensor_type.shape.dim[0].dim_param)
    profiles = [{"x": ((1, 4), (4, 4), (9, 4))}] if is_dynamic else []
    return build_plan(model.SerializeToString(), profiles, level=level)


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("rows", ["4", "N"])
@pytest.mark.parametrize("name", BODIES)
def test_control_flow_gives_what_onnxruntime_gives(name, rows, level):
    model = make_model(BODIES[name], rows)
    context = load(build(model, level)).create_execution_context()
    for seed, (n, c) in enumerate([(3, True), (0, False), (1, True), (7, False), (3, True)]):
        values = used(model, feeds(4 if rows == "4" else 3 + seed, n, c, seed))
        expected = onnxruntime_outputs(model.SerializeToString(), values)
        got = context.infer(values)
        for output, want in expected.items():
            assert_close(got[output], want, 1e-5, name=f"{output} of {n} turns, {c}")


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("rows", ["5", "N"])
@pytest.mark.parametrize("directions", ["", ", directions = [1]"])
def test_a_scan_of_opset_8_scans_each_batch(rows, directions, level):
    model = onnx.parser.parse_model(
        f"""<ir_version: 8, opset_import: ["" : 8]>
        g (float[3, 4] h, float[3, {rows}, 4] x) => (float[3, 4] z, float[3, {rows}, 4] y) {{
            z, y = Scan <num_scan_inputs = 1{directions},
                body = t (float[4] a, float[4] r) => (float[4] b, float[4] o) {{
                    s = Add(a, r) b = Tanh(s) o = Mul(b, r) }}> ( , h, x) }}"""
    )
    profiles = [{"x": ((3, 1, 4), (3, 5, 4), (3, 9, 4))}] if rows == "N" else []
    plan = build_plan(model.SerializeToString(), profiles, level=level)
    context = load(plan).create_execution_context()
    for seed, length in enumerate([5] if rows == "5" else [5, 1, 9]):
        random = np.random.default_rng(seed)
        values = {
            "h": random.standard_normal((3, 4)).astype(np.float32),
            "x": random.standard_normal((3, length, 4)).astype(np.float32),
        }
        got = context.infer(values)
        for output, want in onnxruntime_outputs(model.SerializeToString(), values).items():
            assert_close(got[output], want, 1e-5, name=f"{output} of {length} rows")


def model_of(body: str, inputs: str, outputs: str) -> bytes:
    model = onnx.parser.parse_model(
        f"""<ir_version: 8, opset_import: ["" : 18]> g ({inputs}) => ({outputs}) {{
        {CONSTANTS} {body} }}"""
    )
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    return model.SerializeToString()


def refusal(model: bytes) -> str:
    log = ListLogger()
    parser = trt.OnnxParser(trt.Builder(log).create_network(), log)
    assert not parser.parse(model)
    return parser.get_error(0).desc()


ENDLESS = """z = Loop ( , true, x) <
    body = t (int64 i, bool cc, float[2] a) => (bool go, float[2] b) {
        b = Sin(a) s = ReduceMax <keepdims = 0> (b) go = Less(s, y) }>"""


def test_a_loop_without_end_is_an_error_of_that_run(monkeypatch):
    monkeypatch.setenv("TRTLIKE_MAX_LOOP_TURNS", "1000")
    log = ListLogger()
    plan = build_plan(model_of(ENDLESS, "float[2] x, float y", "float[2] z"))
    context = load(plan, log).create_execution_context()
    x = np.ones(2, np.float32)
    with pytest.raises(RuntimeError):
        context.infer({"x": x, "y": np.float32(5)})
    assert "(Loop): expected an end within 1000 turns, got none" in log.text
    np.testing.assert_allclose(
        context.infer({"x": x, "y": np.float32(-5)})["z"], np.sin(x), rtol=1e-6
    )


def test_the_limit_of_turns_is_a_count(monkeypatch):
    monkeypatch.setenv("TRTLIKE_MAX_LOOP_TURNS", "many")
    log = ListLogger()
    engine = load(build_plan(model_of(ENDLESS, "float[2] x, float y", "float[2] z")), log)
    assert engine.create_execution_context() is None
    assert "TRTLIKE_MAX_LOOP_TURNS: expected a count, got 'many'" in log.text


def test_rows_of_all_turns_have_one_shape():
    body = """z, y = Loop (n, , x) <
        body = t (int64 i, bool cc, float[A, 4] a) => (bool go, float[B, 4] b, float[C, 4] row) {
            go = Identity(cc) row = Identity(a) m = ReduceMean(a, v0)
            b = Concat <axis = 0> (a, m) }>"""
    model = model_of(body, "float[2, 4] x, int64 n", "float[A, 4] z, float[B, C, D] y")
    log = ListLogger()
    context = load(build_plan(model), log).create_execution_context()
    x = np.ones((2, 4), np.float32)
    assert context.infer({"x": x, "n": np.array(1)})["y"].shape == (1, 2, 4)
    with pytest.raises(RuntimeError):
        context.infer({"x": x, "n": np.array(2)})
    assert "expected the same shape in every turn, got [2, 4] in the first and [3, 4]" in log.text
    assert context.infer({"x": x, "n": np.array(0)})["z"].shape == (2, 4)


REFUSED = {
    "carried value 0: expected one type and rank in all turns": """z = Loop (n, , x) <
        body = t (int64 i, bool cc, float[N] a) => (bool go, float[N] b) {
            go = Identity(cc) b = Unsqueeze(a, v0) }>""",
    "expected a trip count, or a condition that may end the loop": """z = Loop ( , , x) <
        body = t (int64 i, bool cc, float[2] a) => (bool go, float[2] b) {
            go = Identity(cc) b = Sin(a) }>""",
    "output 0: expected branches of one type and rank": """
        k = Cast <to = 9> (n) z = If (k) <
            then_branch = a () => (float[2] p) { p = Sin(x) },
            else_branch = b () => (int32[2] p) { p = Cast <to = 6> (x) }>""",
    "expected a condition of one element": """z = Loop (n, , x) <
        body = t (int64 i, bool cc, float[2] a) => (bool go, float[2] b) {
            go = Constant <value = bool[2] {1, 1}> () b = Sin(a) }>""",
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_cannot_run_is_refused_by_a_sentence(sentence):
    assert sentence in refusal(model_of(REFUSED[sentence], "float[2] x, int64 n", "float[2] z"))


def test_branches_of_other_ranks_are_an_error_of_the_run_that_takes_them():
    body = """
        e = Shape <start = 0, end = 1> (x) k = Squeeze(e, v0) one_row = Equal(k, i1)
        s = If (one_row) <
            then_branch = a () => (float[2] p) { p = Squeeze(x, v0) },
            else_branch = b () => (float[N, 2] p) { p = Identity(x) }>
        z = Exp(s)"""
    model = model_of(body, "float[N, 2] x", "float[A] z")
    log = ListLogger()
    plan = build_plan(model, [{"x": ((1, 2), (1, 2), (3, 2))}])
    context = load(plan, log).create_execution_context()
    x = np.ones((1, 2), np.float32)
    np.testing.assert_allclose(context.infer({"x": x})["z"], np.exp(x[0]), rtol=1e-6)
    with pytest.raises(RuntimeError):
        context.infer({"x": np.ones((2, 2), np.float32)})
    assert (
        "expected the first branch to be taken, whose rank is 1, got the second, whose rank is 2"
        in log.text
    )
    np.testing.assert_allclose(context.infer({"x": x})["z"], np.exp(x[0]), rtol=1e-6)


def test_layers_inside_are_inspected_and_timed():
    model = make_model(BODIES["a_branch_in_a_turn"], "4")
    engine = load(build_plan(model.SerializeToString(), is_detailed=True))
    layers = layers_of(engine)
    loop = next(layer for layer in layers if layer["LayerType"] == "Loop")
    inner = loop["Regions"][0]["Layers"]
    branch = next(layer for layer in inner if layer["LayerType"] == "If")
    assert [len(region["Layers"]) > 0 for region in branch["Regions"]] == [True, True]

    class Times(trt.IProfiler):
        def __init__(self):
            trt.IProfiler.__init__(self)
            self.ms = {}

        def report_layer_time(self, layer_name, ms):
            self.ms[layer_name] = ms

    context = engine.create_execution_context()
    context.profiler = Times()
    context.infer(used(model, feeds(4, 3, True, 0)))
    taken = branch["Regions"][0]["Layers"][-1]["Name"]
    assert context.profiler.ms[taken] > 0
    assert context.profiler.ms[loop["Name"]] > context.profiler.ms[taken]
