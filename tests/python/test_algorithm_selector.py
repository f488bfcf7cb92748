"""IAlgorithmSelector and the editable timing cache, as TensorRT scripts use them."""

import math

import numpy as np
import pytest
from conftest import ListLogger, digits_model, layers_of, load

import trtlike as trt

SHAPES = ((1, 1, 8, 8), (4, 1, 8, 8), (16, 1, 8, 8))


def build(selector=None, flags=(), cache=None, level=3):
    """The plan of the digits model, or None; its log and timing cache."""
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network(0)
    assert trt.OnnxParser(network, log).parse(digits_model())
    config = builder.create_builder_config()
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    config.builder_optimization_level = level
    config.algorithm_selector = selector
    assert config.algorithm_selector is selector
    for flag in flags:
        config.set_flag(flag)
    if cache is not None:
        config.set_timing_cache(cache, False)
    profile = builder.create_optimization_profile()
    profile.set_shape("image", *SHAPES)
    config.add_optimization_profile(profile)
    return builder.build_serialized_network(network, config), log, config.get_timing_cache()


def steps(plan):
    """(layer, tactic) of the steps that compute layers, without conversions of formats."""
    return [
        (layer["Name"], layer["TacticName"])
        for layer in layers_of(load(plan))
        if layer.get("TacticName") and layer["LayerType"] != "Reformat"
    ]


class Selector(trt.IAlgorithmSelector):
    """Leaves what `choose` says of a node's choices, and keeps everything it is told."""

    def __init__(self, choose=lambda context, choices: []):
        trt.IAlgorithmSelector.__init__(self)
        self.choose, self.asked, self.reported = choose, [], []

    def select_algorithms(self, context, choices):
        self.asked.append((context, choices))
        return self.choose(context, choices)

    def report_algorithms(self, contexts, choices):
        self.reported.append((contexts, choices))


def identity(algorithm, count):
    """What tells one choice from another, as replays of tactics keep it."""
    forms = [algorithm.get_algorithm_io_info(i) for i in range(count)]
    variant = algorithm.algorithm_variant
    return (
        variant.implementation,
        variant.tactic,
        *((f.dtype, tuple(f.strides), f.vectorized_dim, f.components_per_element) for f in forms),
    )


def slowest(context, choices):
    return [max(range(len(choices)), key=lambda i: choices[i].timing_msec)]


def test_selector_sees_each_node_once_and_hears_what_was_taken():
    selector = Selector()
    plan, _, _ = build(selector)
    names = [context.name for context, _ in selector.asked]
    assert len(names) == len(set(names)) > 2
    ((contexts, choices),) = selector.reported
    assert [context.name for context in contexts] == names
    taken = [(c.name, choice.name) for c, choice in zip(contexts, choices, strict=True)]
    assert set(taken) <= set(steps(plan))
    first = selector.asked[0][0]
    assert [tuple(dims) for dims in first.get_shape(0)] == list(SHAPES)
    assert first.get_shape(first.num_inputs + first.num_outputs) == []
    for context, offered in selector.asked:
        count = context.num_inputs + context.num_outputs
        assert len({identity(choice, count) for choice in offered}) == len(offered)
        for choice in offered:
            assert choice.timing_msec > 0 and choice.workspace_size >= 0
            assert choice.get_algorithm_io_info(count) is None


def test_choices_limit_the_build_and_replay_gives_the_same_plan():
    recorder = Selector(slowest)
    plan, _, _ = build(recorder, level=5)
    ((contexts, choices),) = recorder.reported
    recorded = {
        c.name: identity(a, c.num_inputs + c.num_outputs)
        for c, a in zip(contexts, choices, strict=True)
    }
    for context, offered in recorder.asked:
        (index,) = slowest(context, offered)
        count = context.num_inputs + context.num_outputs
        assert recorded[context.name] == identity(offered[index], count)

    def replay(context, offered):
        count = context.num_inputs + context.num_outputs
        return [
            i
            for i, choice in enumerate(offered)
            if identity(choice, count) == recorded[context.name]
        ]

    again, _, _ = build(Selector(replay), level=5)
    assert steps(again) == steps(plan)
    x = np.random.default_rng(0).random((4, 1, 8, 8), np.float32)
    slow, fast = (
        load(p).create_execution_context().infer({"image": x}) for p in (again, build()[0])
    )
    for name in slow:
        np.testing.assert_allclose(slow[name], fast[name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ([99], "indices below"),
        ([-1], "indices below"),
        ([0, 0], "each once, got 0, 0"),
        ([1 << 40], "got -1"),
        (None, "expected a list of indices, got NoneType"),
        (["first"], "raised TypeError"),
    ],
)
def test_answers_that_are_none_end_the_build(answer, sentence):
    plan, log, _ = build(Selector(lambda context, choices: answer), level=0)
    assert plan is None
    assert sentence in log.text


def test_what_a_selector_raises_ends_the_build():
    def fail(context, choices):
        raise RuntimeError(f"no choice for {context.name}")

    plan, log, _ = build(Selector(fail), level=0)
    assert plan is None
    assert "IAlgorithmSelector.select_algorithms: raised RuntimeError: no choice for" in log.text


def test_a_selector_must_define_both_functions():
    class Half(trt.IAlgorithmSelector):
        def select_algorithms(self, context, choices):
            return [0]

    plan, log, _ = build(Half(), level=0)
    assert plan is None
    assert "report_algorithms: expected the subclass to define it" in log.text


def test_empty_answers_can_be_rejected():
    assert build(Selector(), level=0)[0] is not None
    plan, log, _ = build(Selector(), flags=[trt.BuilderFlag.REJECT_EMPTY_ALGORITHMS], level=0)
    assert plan is None
    assert "REJECT_EMPTY_ALGORITHMS is set" in log.text


def test_config_takes_selectors_only():
    with pytest.raises(TypeError, match="expected a IAlgorithmSelector, got int"):
        trt.Builder(ListLogger()).create_builder_config().algorithm_selector = 1


EDITABLE = [trt.BuilderFlag.EDITABLE_TIMING_CACHE]


def test_timing_cache_entries_say_what_was_chosen_and_are_obeyed():
    plan, _, cache = build(flags=EDITABLE)
    keys = cache.queryKeys()
    texts = [str(key) for key in keys]
    assert texts and len(set(texts)) == len(texts)
    # The same keys in the next process, and after a trip through text.
    other = build(flags=EDITABLE)[2]
    assert [str(key) for key in other.queryKeys()] == texts
    assert [trt.TimingCacheKey.parse(text) for text in texts] == keys
    key = next(key for key in keys if str(key).startswith("* @ Softmax"))
    value = cache.query(key)
    assert value.timingMSec > 0
    # The selector knows the numbers of other tactics.
    selector = Selector()
    build(selector, level=5)
    numbers = {
        choice.name: choice.algorithm_variant.tactic
        for context, choices in selector.asked
        for choice in choices
    }
    chosen = next(name for name, number in numbers.items() if number == value.tacticHash)
    assert any(tactic == chosen for _, tactic in steps(plan))
    assert cache.update(key, trt.TimingCacheValue(numbers["reference"], 0.25))
    config = trt.Builder(ListLogger()).create_builder_config()
    loaded = config.create_timing_cache(bytes(cache.serialize()))
    edited = steps(build(flags=EDITABLE, cache=loaded)[0])
    before = steps(plan)
    assert [name for name, _ in edited] == [name for name, _ in before]
    changed = [new for (_, new), (_, old) in zip(edited, before, strict=True) if new != old]
    assert changed == ["reference"]


def test_timing_cache_entries_can_be_deleted_but_not_made_up():
    _, _, cache = build(flags=EDITABLE, level=0)
    key = cache.queryKeys()[0]
    value = cache.query(key)
    assert not cache.update(key, trt.TimingCacheValue(value.tacticHash, -1.0))
    assert cache.update(key, trt.TimingCacheValue(0, math.nan))
    assert key not in cache.queryKeys()
    assert math.isnan(cache.query(key).timingMSec)
    assert not cache.update(key, value)
    assert cache.reset() and cache.queryKeys() == []
    with pytest.raises(trt.UserError, match="expected one line that begins with"):
        trt.TimingCacheKey.parse("no key")


def test_an_entry_whose_tactic_does_not_fit_ends_the_build():
    _, _, cache = build(flags=EDITABLE, level=0)
    for key in cache.queryKeys():
        assert cache.update(key, trt.TimingCacheValue(7, 1.0))
    plan, log, _ = build(flags=EDITABLE, cache=cache, level=0)
    assert plan is None
    assert "to name one of the tactics" in log.text and "got the tactic hash 7" in log.text


def test_without_the_flag_there_is_nothing_to_edit():
    assert build(level=0)[2].queryKeys() == []
