"""Error recorders: each failure comes with its code, on whichever object it happens."""

import sys

import numpy as np
import pytest
from conftest import ListLogger, build_plan, digits_model

import trtlike as trt

CODE = trt.ErrorCodeTRT


class Recorder(trt.IErrorRecorder):
    """The one of TensorRT's documentation."""

    def __init__(self):
        trt.IErrorRecorder.__init__(self)
        self.errors: list[tuple[CODE, str]] = []

    def num_errors(self):
        return len(self.errors)

    def get_error_code(self, index):
        return self.errors[index][0]

    def get_error_desc(self, index):
        return self.errors[index][1]

    def has_overflowed(self):
        return False

    def clear(self):
        self.errors.clear()

    def report_error(self, code, desc):
        self.errors.append((code, desc))
        return True

    def only(self) -> tuple[CODE, str]:
        assert self.num_errors() == 1, self.errors
        return self.errors.pop()


@pytest.fixture(scope="module")
def plan():
    return bytes(
        build_plan(digits_model(), [{"image": ((1, 1, 8, 8), (2, 1, 8, 8), (4, 1, 8, 8))}])
    )


def test_an_empty_network_is_an_invalid_argument():
    recorder, log = Recorder(), ListLogger()
    builder = trt.Builder(log)
    assert builder.error_recorder is None
    builder.error_recorder = recorder
    assert builder.error_recorder is recorder
    network = builder.create_network()
    assert network.error_recorder is recorder
    assert builder.build_serialized_network(network, builder.create_builder_config()) is None
    code, text = recorder.only()
    assert code == CODE.INVALID_ARGUMENT
    assert "expected at least one output" in text
    assert text in log.lines


def test_layers_that_are_refused_are_recorded():
    recorder = Recorder()
    network = trt.Builder(ListLogger()).create_network()
    network.error_recorder = recorder
    a = network.add_input("a", trt.float32, (2, 3))
    b = network.add_input("b", trt.float32, (4, 5))
    with pytest.raises(RuntimeError):
        network.add_elementwise(a, b, trt.ElementWiseOperation.SUM)
    assert recorder.only()[0] == CODE.INVALID_ARGUMENT
    with pytest.raises(RuntimeError):
        network.add_input("a", trt.float32, (2,))
    assert recorder.only()[0] == CODE.INVALID_ARGUMENT


def test_bytes_that_are_no_plan_are_a_failed_initialization(plan):
    recorder = Recorder()
    runtime = trt.Runtime(ListLogger())
    runtime.error_recorder = recorder
    assert runtime.deserialize_cuda_engine(plan[:-1]) is None
    code, text = recorder.only()
    assert code == CODE.FAILED_INITIALIZATION and "truncated" in text


def test_engines_contexts_and_inspectors_inherit_it(plan):
    recorder = Recorder()
    runtime = trt.Runtime(ListLogger())
    runtime.error_recorder = recorder
    engine = runtime.deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    inspector = engine.create_engine_inspector()
    assert engine.error_recorder is recorder
    assert context.error_recorder is recorder and inspector.error_recorder is recorder
    assert not context.set_input_shape("image", (9, 1, 8, 8))
    assert recorder.only()[0] == CODE.INVALID_ARGUMENT
    with pytest.raises(RuntimeError):
        engine.get_tensor_shape("nothing")
    assert recorder.only()[0] == CODE.INVALID_ARGUMENT
    with pytest.raises(RuntimeError):
        context.get_tensor_shape("nothing")
    assert recorder.only()[0] == CODE.INVALID_ARGUMENT
    assert not context.execute_async_v3(0)
    assert "expected its shape" in recorder.only()[1]


def test_a_context_may_have_another_or_none(plan):
    first, second = Recorder(), Recorder()
    engine = trt.Runtime(ListLogger()).deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    assert context.error_recorder is None
    context.error_recorder = first
    assert not context.execute_async_v3(0) and first.only()
    context.error_recorder = second
    assert not context.execute_async_v3(0) and second.only() and not first.errors
    context.error_recorder = None
    assert not context.execute_async_v3(0) and not second.errors


def test_runs_on_streams_report_their_failures():
    class Refuses(trt.IDebugListener):
        def process_debug_tensor(self, addr, location, type, shape, name, stream):
            return False

    builder = trt.Builder(ListLogger())
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (4,))
    inner = network.add_unary(x, trt.UnaryOperation.NEG).get_output(0)
    network.mark_output(network.add_unary(inner, trt.UnaryOperation.EXP).get_output(0))
    network.mark_debug(inner)
    engine = builder.build_engine_with_config(network, builder.create_builder_config())
    context = engine.create_execution_context()
    context.error_recorder = recorder = Recorder()
    context.set_debug_listener(Refuses())
    context.set_all_tensors_debug_state(True)
    arrays = [np.zeros(4, np.float32), np.zeros(4, np.float32)]
    for name, array in zip(engine, arrays, strict=True):
        context.set_tensor_address(name, array)
    stream = trt.create_stream()
    assert context.execute_async_v3(stream)
    trt.synchronize_stream(stream)
    trt.destroy_stream(stream)
    code, text = recorder.only()
    assert code == CODE.INVALID_ARGUMENT and "expected its listener to return true" in text


def test_a_recorder_that_raises_does_not_end_the_program(plan, monkeypatch):
    shown = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: shown.append(str(args.exc_value)))

    class Broken(Recorder):
        def report_error(self, code, desc):
            raise ValueError("broken recorder")

    runtime = trt.Runtime(ListLogger())
    runtime.error_recorder = Broken()
    assert runtime.deserialize_cuda_engine(b"no plan") is None
    assert shown == ["broken recorder"]


def test_the_base_class_has_tensorrts_limits():
    assert trt.IErrorRecorder.MAX_DESC_LENGTH == 127
    with pytest.raises(TypeError):
        trt.Builder(ListLogger()).error_recorder = "no recorder"
