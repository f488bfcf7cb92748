"""Debug tensors: marked tensors stay what the network says and reach the listener of a run."""

import ctypes

import numpy as np
import pytest
from conftest import ListLogger

import trtlike as trt


class Listener(trt.IDebugListener):
    def __init__(self, verdict=None):
        trt.IDebugListener.__init__(self)
        self.seen: list[tuple[str, np.ndarray]] = []
        self.calls: list[tuple] = []
        self.verdict = verdict

    def process_debug_tensor(self, addr, location, type, shape, name, stream):
        dtype = np.dtype(trt.nptype(type))
        count = int(np.prod(tuple(shape), dtype=np.int64)) * dtype.itemsize
        data = np.frombuffer(ctypes.string_at(addr, count), dtype).reshape(tuple(shape))
        self.seen.append((name, data))
        self.calls.append((location, type, stream))
        return self.verdict

    def last(self) -> dict[str, np.ndarray]:
        return dict(self.seen)


W = np.random.default_rng(0).standard_normal((4, 3, 3, 3)).astype(np.float32)


def make_network(builder):
    """conv + relu, times two, sum over the extents: all of it would fuse."""
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (-1, 3, 6, 6))
    conv = network.add_convolution_nd(x, 4, (3, 3), W).get_output(0)
    conv.name = "conv"
    relu = network.add_activation(conv, trt.ActivationType.RELU).get_output(0)
    relu.name = "relu"
    doubled = network.add_elementwise(relu, relu, trt.ElementWiseOperation.SUM).get_output(0)
    doubled.name = "doubled"
    shape = network.add_shape(doubled).get_output(0)
    shape.name = "shape"
    network.mark_output(doubled)
    last = network.add_unary(doubled, trt.UnaryOperation.NEG).get_output(0)
    last.name = "last"
    network.mark_output(last)
    return network, {"x": x, "conv": conv, "relu": relu, "doubled": doubled, "shape": shape}


def build(names, level=3, flags=(), unfused=False, log=None):
    log = log or ListLogger()
    builder = trt.Builder(log)
    network, tensors = make_network(builder)
    for name in names:
        assert network.mark_debug(tensors[name])
        assert network.is_debug_tensor(tensors[name])
    if unfused:
        assert network.mark_unfused_tensors_as_debug_tensors()
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    for flag in flags:
        config.set_flag(flag)
    profile = builder.create_optimization_profile()
    profile.set_shape("x", (1, 3, 6, 6), (2, 3, 6, 6), (5, 3, 6, 6))
    config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    assert plan is not None, log.text
    return trt.Runtime(log).deserialize_cuda_engine(plan)


def expected(x):
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (2, 3))
    conv = np.einsum("nchwij,ocij->nohw", windows, W)
    relu = np.maximum(conv, 0)
    return {"x": x, "conv": conv, "relu": relu, "doubled": 2 * relu, "shape": [len(x), 4, 4, 4]}


def inputs(n):
    return np.random.default_rng(n).standard_normal((n, 3, 6, 6)).astype(np.float32)


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize(
    "names",
    [["conv"], ["relu"], ["doubled"], ["x"], ["shape"], ["x", "conv", "relu", "doubled", "shape"]],
)
def test_marked_tensors_have_the_networks_numbers(level, names):
    engine = build(names, level)
    assert [n for n in ("x", "conv", "relu", "doubled", "shape") if engine.is_debug_tensor(n)] == [
        n for n in ("x", "conv", "relu", "doubled", "shape") if n in names
    ]
    assert list(engine) == ["x", "doubled", "last"]
    context = engine.create_execution_context()
    listener = Listener()
    assert context.set_debug_listener(listener)
    assert context.get_debug_listener() is listener
    assert context.set_all_tensors_debug_state(True)
    for n in (2, 5, 2):
        listener.seen.clear()
        x = inputs(n)
        outputs = context.infer({"x": x})
        want = expected(x)
        np.testing.assert_allclose(outputs["last"], -want["doubled"], atol=1e-5)
        assert sorted(name for name, _ in listener.seen) == sorted(names)
        for name, data in listener.seen:
            np.testing.assert_allclose(data, want[name], atol=1e-5, err_msg=name)
    assert all(call == (trt.TensorLocation.HOST, call[1], 0) for call in listener.calls)


def test_debug_tensors_come_in_the_order_in_which_they_are_computed():
    context = build(["relu", "conv", "x"]).create_execution_context()
    listener = Listener()
    context.set_debug_listener(listener)
    context.set_all_tensors_debug_state(True)
    context.infer({"x": inputs(1)})
    assert [name for name, _ in listener.seen] == ["x", "conv", "relu"]


def test_states_are_off_at_first_and_one_by_one():
    log = ListLogger()
    context = build(["conv", "relu"], log=log).create_execution_context()
    listener = Listener()
    context.set_debug_listener(listener)
    context.infer({"x": inputs(1)})
    assert listener.seen == [] and not context.get_debug_state("conv")
    assert context.set_tensor_debug_state("relu", True)
    assert context.get_debug_state("relu") and not context.get_debug_state("conv")
    context.infer({"x": inputs(1)})
    assert list(listener.last()) == ["relu"]
    assert not context.set_tensor_debug_state("doubled", True)
    assert "debug tensor 'doubled': expected one that network.mark_debug marked" in log.text
    context.set_debug_listener(None)
    listener.seen.clear()
    context.infer({"x": inputs(1)})
    assert listener.seen == []


def test_unmarked_tensors_are_fused_again():
    builder = trt.Builder(ListLogger())
    network, tensors = make_network(builder)
    assert network.mark_debug(tensors["conv"]) and not network.mark_debug(tensors["conv"])
    assert network.unmark_debug(tensors["conv"]) and not network.unmark_debug(tensors["conv"])
    assert not network.is_debug_tensor(tensors["conv"])
    fused = "[Convolution] + (Unnamed Layer* 1) [Activation]"
    for names, is_fused in ((["conv"], False), ([], True)):
        inspector = build(names).create_engine_inspector()
        text = inspector.get_engine_information(trt.LayerInformationFormat.ONELINE)
        assert (fused in text) == is_fused, text


@pytest.mark.parametrize("level", [0, 3])
def test_unfused_tensors_have_the_names_of_the_engine(level):
    engine = build([], level, unfused=True)
    context = engine.create_execution_context()
    assert not context.unfused_tensors_debug_state
    listener = Listener()
    context.set_debug_listener(listener)
    context.unfused_tensors_debug_state = True
    assert context.unfused_tensors_debug_state
    x = inputs(3)
    context.infer({"x": x})
    want = expected(x)
    assert "doubled" in listener.last()
    for name, data in listener.last().items():
        if name in want:
            np.testing.assert_allclose(data, want[name], atol=1e-5, err_msg=name)


def test_unfused_tensors_must_be_asked_for_before_the_build():
    log = ListLogger()
    context = build([], log=log).create_execution_context()
    context.unfused_tensors_debug_state = True
    assert not context.unfused_tensors_debug_state
    assert "mark_unfused_tensors_as_debug_tensors" in log.text


def test_a_listener_that_returns_false_ends_the_run():
    log = ListLogger()
    context = build(["conv"], log=log).create_execution_context()
    context.set_debug_listener(Listener(verdict=False))
    context.set_all_tensors_debug_state(True)
    with pytest.raises(RuntimeError):
        context.infer({"x": inputs(1)})
    assert "debug tensor 'conv': expected its listener to return true, got false" in log.text


def test_runs_on_streams_tell_their_stream():
    context = build(["conv"]).create_execution_context()
    listener = Listener()
    context.set_debug_listener(listener)
    context.set_all_tensors_debug_state(True)
    x = inputs(2)
    doubled, last = (np.empty((2, 4, 4, 4), np.float32) for _ in range(2))
    assert context.set_input_shape("x", x.shape)
    for name, array in {"x": x, "doubled": doubled, "last": last}.items():
        context.set_tensor_address(name, array)
    stream = trt.create_stream()
    assert context.execute_async_v3(stream)
    trt.synchronize_stream(stream)
    trt.destroy_stream(stream)
    assert listener.calls[0][2] == stream
    np.testing.assert_allclose(listener.last()["conv"], expected(x)["conv"], atol=1e-5)


def test_what_follows_from_data_is_told_with_its_extents():
    builder = trt.Builder(ListLogger())
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (8,))
    found = network.add_node("NonZero", [network.add_cast(x, trt.bool).get_output(0)]).get_output(0)
    found.name = "found"
    cast = network.add_cast(found, trt.float32).get_output(0)
    cast.name = "cast"
    out = network.add_unary(cast, trt.UnaryOperation.NEG).get_output(0)
    out.name = "out"
    network.mark_output(out)
    assert network.mark_debug(found) and network.mark_debug(cast)
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    context = trt.Runtime(ListLogger()).deserialize_cuda_engine(plan).create_execution_context()
    listener = Listener()
    context.set_debug_listener(listener)
    context.set_all_tensors_debug_state(True)
    for values in ([0, 3, 0, 1, 0, 0, 0, 2], [1] * 8, [0] * 8):
        context.infer({"x": np.array(values, np.float32)})
        want = np.array(np.nonzero(values))
        np.testing.assert_array_equal(listener.last()["found"], want)
        np.testing.assert_array_equal(listener.last()["cast"], want)


def test_what_is_inside_a_loop_is_left_out_with_a_warning():
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (3,))
    loop = network.add_loop()
    count = network.add_constant((), np.array(4, np.int32)).get_output(0)
    loop.add_trip_limit(count, trt.TripLimit.COUNT)
    carried = loop.add_recurrence(x)
    total = network.add_elementwise(carried.get_output(0), x, trt.ElementWiseOperation.SUM)
    total.get_output(0).name = "total"
    carried.set_input(1, total.get_output(0))
    result = loop.add_loop_output(carried.get_output(0), trt.LoopOutput.LAST_VALUE)
    result.get_output(0).name = "result"
    out = network.add_unary(result.get_output(0), trt.UnaryOperation.NEG)
    network.mark_output(out.get_output(0))
    assert network.mark_debug(total.get_output(0)) and network.mark_debug(result.get_output(0))
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    assert plan is not None, log.text
    assert "debug tensor 'total': is inside a loop or conditional" in log.text
    context = trt.Runtime(log).deserialize_cuda_engine(plan).create_execution_context()
    listener = Listener()
    context.set_debug_listener(listener)
    context.set_all_tensors_debug_state(True)
    context.infer({"x": np.array([1, 2, 3], np.float32)})
    assert list(listener.last()) == ["result"]
    np.testing.assert_array_equal(listener.last()["result"], [5, 10, 15])
