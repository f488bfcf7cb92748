"""Sequences whose lengths and positions the run tells: what turns of loops append, what branches
give, what is split along an open extent. The numbers are ONNX Runtime's."""

import numpy as np
import onnx
import pytest
from conftest import ListLogger, assert_close, build_plan, load, onnxruntime_outputs

import trtlike as trt

# x: float[n, 4], n: int64, c: bool.
CONSTANTS = """
    i0 = Constant <value = int64 {0}> ()
    i1 = Constant <value = int64 {1}> ()
    v0 = Constant <value = int64[1] {0}> ()
    v1 = Constant <value = int64[1] {1}> ()
    last = Constant <value = int64 {-1}> ()
"""
APPENDING = """s = Loop (n, , empty) <
    body = t (int64 i, bool cc, seq(float[N, 4]) q) => (bool go, seq(float[N, 4]) r) {
        go = Identity(cc) f = Cast <to = 1> (i) y = Add(x, f) r = SequenceInsert(q, y) }>"""
BODIES = {
    "appended_and_joined": f"""empty = SequenceEmpty() {APPENDING}
        z = ConcatFromSequence <axis = 0> (s)""",
    "appended_and_joined_along_the_last_axis": f"""empty = SequenceEmpty() {APPENDING}
        z = ConcatFromSequence <axis = -1> (s)""",
    "appended_and_stacked": f"""empty = SequenceEmpty() {APPENDING}
        z = ConcatFromSequence <axis = 1, new_axis = 1> (s)""",
    "appended_and_stacked_at_the_end": f"""empty = SequenceEmpty() {APPENDING}
        z = ConcatFromSequence <axis = -1, new_axis = 1> (s)""",
    "the_last_of_what_was_appended": f"""empty = SequenceConstruct(x) {APPENDING}
        z = SequenceAt(s, last)""",
    "how_many_were_appended": f"""empty = SequenceConstruct(x, x) {APPENDING}
        k = SequenceLength(s) z = Cast <to = 1> (k)""",
    "appended_behind_the_loop": f"""empty = SequenceEmpty() {APPENDING}
        e = Exp(x) s2 = SequenceInsert(s, e) z = ConcatFromSequence <axis = 0> (s2)""",
    "appended_by_two_loops": """
        empty = SequenceConstruct(x)
        s1 = Loop (n, , empty) <
            body = t (int64 i, bool cc, seq(float[N, 4]) q) => (bool go, seq(float[N, 4]) r) {
                go = Identity(cc) y = Exp(x) r = SequenceInsert(q, y) }>
        s = Loop (n, , s1) <
            body = u (int64 i, bool cc, seq(float[N, 4]) q) => (bool go, seq(float[N, 4]) r) {
                go = Identity(cc) y = Neg(x) r = SequenceInsert(q, y) }>
        z = ConcatFromSequence <axis = 0> (s)""",
    "two_appended_a_turn": """
        empty = SequenceEmpty()
        s, y = Loop (n, , empty, x) <
            body = t (int64 i, bool cc, seq(float[N, 4]) q, float[N, 4] a)
                => (bool go, seq(float[N, 4]) r, float[N, 4] b) {
                go = Identity(cc) b = Tanh(a) p = SequenceInsert(q, a) r = SequenceInsert(p, b) }>
        z = ConcatFromSequence <axis = 0> (s)""",
    "elements_at_the_turn": """
        y = Exp(x) w = Neg(x) s = SequenceConstruct(x, y, w)
        three = Constant <value = int64 {3}> ()
        z = Loop (n, , x) <
            body = t (int64 i, bool cc, float[N, 4] a) => (bool go, float[N, 4] b) {
                go = Identity(cc) k = Mod(i, three) e = SequenceAt(s, k) b = Add(a, e) }>""",
    "rows_that_turns_take_from_a_split": """
        s = SplitToSequence <keepdims = 0> (x) k = SequenceLength(s)
        e = SequenceEmpty()
        r = Loop (k, , e) <
            body = t (int64 i, bool cc, seq(float[4]) q) => (bool go, seq(float[4]) p) {
                go = Identity(cc) y = SequenceAt(s, i) w = Exp(y) p = SequenceInsert(q, w) }>
        z = ConcatFromSequence <axis = 0, new_axis = 1> (r)""",
    "rows_split_with_their_axis": """
        s = SplitToSequence <axis = 0> (x) z = SequenceAt(s, last)""",
    "branches_of_one_length": """
        y = Exp(x)
        s = If (c) <
            then_branch = a () => (seq(float[N, 4]) p) { p = SequenceConstruct(x, y) },
            else_branch = b () => (seq(float[N, 4]) p) { w = Neg(x) p = SequenceConstruct(y, w) }>
        z = ConcatFromSequence <axis = 1> (s)""",
    "branches_of_several_lengths": """
        y = Exp(x)
        s = If (c) <
            then_branch = a () => (seq(float[N, 4]) p) { p = SequenceConstruct(x, y, x) },
            else_branch = b () => (seq(float[N, 4]) p) { w = Neg(x) p = SequenceConstruct(w) }>
        z = ConcatFromSequence <axis = 0> (s)""",
}


def model_of(body: str) -> bytes:
    model = onnx.parser.parse_model(
        f"""<ir_version: 9, opset_import: ["" : 18]>
        g (float[N, 4] x, int64 n, bool c) => (float[] z) {{ {CONSTANTS} {body} }}"""
    )
    model.graph.output[0].type.tensor_type.ClearField("shape")
    return model.SerializeToString()


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("name", BODIES)
def test_sequences_give_what_onnxruntime_gives(name, level):
    model = model_of(BODIES[name])
    plan = build_plan(model, [{"x": ((1, 4), (3, 4), (6, 4))}], level=level)
    context = load(plan).create_execution_context()
    names = {i.name for i in onnx.load_from_string(model).graph.input}
    for n, c, rows in ((3, True, 2), (1, False, 3), (5, False, 1), (3, True, 6)):
        x = np.random.default_rng(n).standard_normal((rows, 4)).astype(np.float32)
        feeds = {"x": x, "n": np.array(n), "c": np.array(c)}
        got = context.infer({name: feeds[name] for name in names})
        assert_close(got["z"], onnxruntime_outputs(model, feeds)["z"], 1e-6, name=f"{n}, {rows}")


REFUSED = {
    "expected a sequence that turns of a loop only append to": """
        e = SequenceConstruct(x)
        s = Loop (n, , e) <
            body = t (int64 i, bool cc, seq(float[N, 4]) q) => (bool go, seq(float[N, 4]) r) {
                go = Identity(cc) y = SequenceAt(q, i0) r = SequenceInsert(q, y) }>
        z = SequenceAt(s, i0)""",
    "carried value 0: expected a sequence that turns of a loop only append to": """
        e = SequenceConstruct(x)
        s = Loop (n, , e) <
            body = t (int64 i, bool cc, seq(float[N, 4]) q) => (bool go, seq(float[N, 4]) r) {
                go = Identity(cc) r = SequenceConstruct(x) }>
        z = SequenceAt(s, i0)""",
    "expected elements of one type and rank": """
        y = Cast <to = 6> (x) s = SequenceConstruct(x, x) s2 = SequenceInsert(s, y)
        e = SequenceAt(s2, n) z = Cast <to = 1> (e)""",
    "expected a sequence whose length is known when the model is parsed": f"""
        empty = SequenceEmpty() {APPENDING} s2 = SequenceErase(s, i0) z = SequenceAt(s2, i0)""",
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_cannot_run_is_refused_by_a_sentence(sentence):
    log = ListLogger()
    parser = trt.OnnxParser(trt.Builder(log).create_network(), log)
    assert not parser.parse(model_of(REFUSED[sentence]))
    assert sentence in parser.get_error(0).desc()
