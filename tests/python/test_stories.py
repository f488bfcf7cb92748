"""A trained Llama tells its story: step by step with a cache that grows, and in one run of a model
whose Loop decodes greedily. It is the story that numpy and ONNX Runtime tell."""

import numpy as np
import pytest
from conftest import assert_close, asset, build_plan, load, onnxruntime_outputs
from stories import (
    BEGIN,
    Llama,
    cache_names,
    decode_in_numpy,
    read_llama,
    read_pieces,
    step_model,
    story_model,
    text_of,
)

GOLDEN = (
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. "
    "One day, she saw a big, red ball."
)
levels = pytest.mark.parametrize("level", [0, 3])


@pytest.fixture(scope="module")
def llama() -> Llama:
    return read_llama(asset("models", "stories260K.bin"))


@pytest.fixture(scope="module")
def told(llama) -> list[int]:
    return decode_in_numpy(llama, 250)


def test_the_file_tells_the_golden_story(llama, told):
    pieces = read_pieces(asset("models", "tok512.bin"), llama.vocabulary)
    text = text_of(told, pieces)
    if not text.startswith(GOLDEN):
        pytest.skip(f"these weights tell another story, computed by numpy: {text[:40]!r}")


def greedy(step, llama: Llama, count: int):
    """Tokens and scores; `step` maps feeds to outputs."""
    empty = np.zeros((llama.kv_heads, 0, llama.head), np.float32)
    past = {name: empty for pair in cache_names(llama, "past_") for name in pair}
    token, tokens, scores = BEGIN, [], []
    for _ in range(count):
        outputs = step({"token": np.array([token]), **past})
        token = int(outputs["scores"].argmax())
        tokens.append(token)
        scores.append(np.array(outputs["scores"]))
        past = {name: np.array(outputs[name.replace("past", "next")]) for name in past}
    return tokens, np.concatenate(scores)


@levels
def test_steps_with_a_growing_cache_tell_the_story(llama, told, level):
    model = step_model(llama).SerializeToString()
    count = 100
    past = (llama.kv_heads, 0, llama.head)
    long, most = (llama.kv_heads, 64, llama.head), (llama.kv_heads, 256, llama.head)
    profile = {n: (past, long, most) for pair in cache_names(llama, "past_") for n in pair}
    context = load(build_plan(model, [profile], level=level)).create_execution_context()
    tokens, scores = greedy(context.infer, llama, count)
    assert tokens == told[:count]
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    expected, theirs = greedy(
        lambda feeds: dict(zip(names, session.run(names, feeds), strict=True)), llama, count
    )
    assert tokens == expected
    assert_close(scores, theirs, 1e-4)


@levels
@pytest.mark.parametrize("room", [0, 256], ids=["growing", "scattered"])
def test_a_loop_tells_the_story_in_one_run(llama, told, room, level):
    model = story_model(llama, room).SerializeToString()
    context = load(build_plan(model, level=level)).create_execution_context()
    for most in (120, 3, 250, 0):
        feeds = {"most": np.array(most), "token": np.array([BEGIN])}
        tokens = context.infer(feeds)["tokens"]
        np.testing.assert_array_equal(tokens, onnxruntime_outputs(model, feeds)["tokens"])
        end = told.index(BEGIN) + 1 if BEGIN in told else len(told)
        assert tokens.tolist() == told[: min(most, end)]
