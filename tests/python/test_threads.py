"""Waits, callbacks and threads: nothing hangs, nothing crashes, misuse is an error."""

import subprocess
import sys
import textwrap
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest
from conftest import ListLogger, build_plan, digits_model, load, onnxruntime_outputs

import trtlike as trt

PROFILES = [{"image": ((1, 1, 8, 8), (4, 1, 8, 8), (16, 1, 8, 8))}]

# What the scripts below begin with: `busy()` is a context with runs in a queue whose callbacks take
# their time.
PRELUDE = """
import os, sys, threading, time
import numpy as np
import trtlike as trt

class Slow(trt.IProfiler):
    def __init__(self):
        super().__init__()
        self.count = 0
    def report_layer_time(self, name, ms):
        time.sleep(0.001)
        self.count += 1

class Memory(trt.IOutputAllocator):
    def reallocate_output(self, name, memory, size, alignment):
        self.array = np.empty(size, np.uint8)
        return self.array.ctypes.data
    def notify_shape(self, name, shape):
        self.shape = tuple(shape)

class Log(trt.ILogger):
    def __init__(self):
        super().__init__()
        self.text = ""
    def log(self, severity, msg):
        if severity <= trt.ILogger.WARNING:
            self.text += msg

log = Log()
engine = trt.Runtime(log).load_engine_file(sys.argv[1])
stream = trt.create_stream()
x = np.ones((4, 1, 8, 8), np.float32)

def busy(runs=3, queue=None):
    context = engine.create_execution_context()
    context.profiler = Slow()
    context.set_output_allocator("probabilities", Memory())
    context.set_input_shape("image", x.shape)
    context.set_tensor_address("image", x)
    for _ in range(runs):
        assert context.execute_async_v3(stream if queue is None else queue)
    return context
"""


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "digits.plan"
    path.write_bytes(build_plan(digits_model(), PROFILES, level=0))
    return path


@pytest.fixture
def engine(plan_file) -> trt.ICudaEngine:
    return load(plan_file.read_bytes())


def run_script(plan_file: Path, body: str) -> str:
    """What a script prints that must end by itself, and well."""
    script = PRELUDE + textwrap.dedent(body)
    command = [sys.executable, "-X", "faulthandler", "-c", script, str(plan_file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# Each member of a context, called while runs of it are queued.
MEMBERS = {
    "active_optimization_profile": "c.active_optimization_profile",
    "all_binding_shapes_specified": "c.all_binding_shapes_specified",
    "all_shape_inputs_specified": "c.all_shape_inputs_specified",
    "debug_sync": "c.debug_sync = False",
    "device_memory": "c.device_memory",
    "engine": "c.engine",
    "enqueue_emits_profile": "c.enqueue_emits_profile = False",
    "_enter": "c._enter(); c._leave()",
    "error_recorder": "c.error_recorder = None",
    "execute_async_v3": "c.execute_async_v3(0)",
    "execute_v2": "c.execute_v2([x.ctypes.data, y.ctypes.data])",
    "get_debug_listener": "c.get_debug_listener()",
    "get_debug_state": "c.get_debug_state('probabilities')",
    "get_input_consumed_event": "c.get_input_consumed_event()",
    "get_max_output_size": "c.get_max_output_size('probabilities')",
    "get_output_allocator": "c.get_output_allocator('probabilities')",
    "get_runtime_config": "c.get_runtime_config()",
    "get_tensor_address": "c.get_tensor_address('image')",
    "get_tensor_shape": "c.get_tensor_shape('probabilities')",
    "get_tensor_strides": "c.get_tensor_strides('probabilities')",
    "_infer": "c._infer({'image': x[:3]}, None)",
    "infer_shapes": "c.infer_shapes()",
    "infer": "c.infer({'image': x[:3]})",
    "_leave": "c._enter(); c._leave()",
    "memory_size": "c.set_input_shape('image', (2, 1, 8, 8)); c.memory_size",
    "name": "c.name = 'busy'",
    "num_threads": "c.num_threads",
    "nvtx_verbosity": "c.nvtx_verbosity",
    "persistent_cache_limit": "c.persistent_cache_limit = 0",
    "profiler": "c.profiler = None",
    "report_to_profiler": "c.report_to_profiler()",
    "set_all_tensors_debug_state": "c.set_all_tensors_debug_state(True)",
    "set_aux_streams": "c.set_aux_streams([])",
    "set_debug_listener": "c.set_debug_listener(None)",
    "set_device_memory": "c.set_device_memory(0, 0)",
    "set_input_consumed_event": "c.set_input_consumed_event(0)",
    "set_input_shape": "c.set_input_shape('image', (3, 1, 8, 8)); c.execute_async_v3(stream)",
    "set_optimization_profile_async": "c.set_optimization_profile_async(0, stream)",
    "set_output_allocator": "c.set_output_allocator('probabilities', None)",
    "set_tensor_address": "c.set_tensor_address('image', x.copy())",
    "set_tensor_debug_state": "c.set_tensor_debug_state('probabilities', True)",
    "temporary_allocator": "c.temporary_allocator = None",
    "unfused_tensors_debug_state": "c.unfused_tensors_debug_state = False",
    "update_device_memory_size_for_shapes": "c.set_input_shape('image', (2, 1, 8, 8)); "
    "c.update_device_memory_size_for_shapes()",
}
# What else waits, or looks at a context that is busy.
OTHERS = {
    "another stream": "c.execute_async_v3(other)",
    "del context": "del c",
    "destroy_stream": "trt.destroy_stream(other)",
    "inspector": "i = engine.create_engine_inspector(); i.execution_context = c; "
    "i.get_engine_information(trt.LayerInformationFormat.JSON)",
    "synchronize_stream": "trt.synchronize_stream(stream)",
    "synchronize all": "trt.synchronize_stream(0)",
}


def test_every_member_of_a_context_is_tried_while_it_is_busy():
    members = {name for name in dir(trt.IExecutionContext) if not name.startswith("__")}
    assert members - {"_pybind11_conduit_v1_"} == set(MEMBERS)
    streams = {name for name in dir(trt) if name.endswith("_stream")}
    assert streams == {"create_stream", "destroy_stream", "synchronize_stream"}


def test_nothing_waits_for_callbacks_while_it_holds_the_interpreter(plan_file):
    body = """
    y = np.empty((4, 10), np.float32)
    for name, call in CALLS.items():
        print(name, flush=True)
        other = trt.create_stream()
        c = busy(queue=other if name == "destroy_stream" else None)
        exec(call)
        c = None
        trt.synchronize_stream(0)
    """
    calls = MEMBERS | OTHERS
    printed = run_script(plan_file, f"CALLS = {calls!r}\n" + textwrap.dedent(body))
    assert printed.split("\n")[:-1] == list(calls)


def test_the_interpreter_ends_when_queued_runs_are_over(plan_file):
    printed = run_script(
        plan_file,
        """
        import atexit
        context = busy()
        profiler = context.profiler
        atexit.register(lambda: print("left over", 3 * engine.num_layers - profiler.count))
        threading.Thread(target=lambda: [context.get_tensor_shape("image") or time.sleep(0.001)
                                         for _ in iter(int, 1)], daemon=True).start()
        """,
    )
    assert "left over" in printed


def test_a_callback_that_reaches_for_its_own_context_is_told_so(plan_file):
    printed = run_script(
        plan_file,
        """
        class Meddling(trt.IProfiler):
            def __init__(self, context):
                super().__init__()
                self.context = context
                self.said = []
            def report_layer_time(self, name, ms):
                for call in (lambda: self.context.infer({"image": x}),
                             lambda: setattr(self.context, "profiler", None),
                             lambda: self.context.report_to_profiler(),
                             lambda: self.context.get_tensor_shape("image")):
                    try:
                        call()
                        self.said.append("done")
                    except trt.UserError as error:
                        self.said.append(str(error))
                assert not self.context.execute_async_v3(0)
                assert not self.context.set_input_shape("image", (1, 1, 8, 8))
                self.context.name, self.context.engine, self.context.num_threads

        for queue in (0, stream):
            context = busy(0)
            context.set_output_allocator("probabilities", None)
            y = np.empty((4, 10), np.float32)
            context.set_tensor_address("probabilities", y)
            context.profiler = Meddling(context)
            assert context.execute_async_v3(queue)
            trt.synchronize_stream(stream)
            said = context.profiler.said
            assert len(said) == 4 * engine.num_layers
            assert all("from a callback of this context's own run" in s for s in said), set(said)
            context.report_to_profiler()
            assert len(context.profiler.said) == 8 * engine.num_layers
        assert "set_input_shape: expected a call when the run is over" in log.text
        """,
    )
    assert printed == ""


def test_a_callback_may_give_up_the_last_name_of_its_context(plan_file):
    run_script(
        plan_file,
        """
        class Dropping(Slow):
            def report_layer_time(self, name, ms):
                super().report_layer_time(name, ms)
                names.clear()
        for queue in (0, stream):
            names = [busy(0)]
            profiler = names[0].profiler = Dropping()
            assert names[0].execute_async_v3(queue)
            trt.synchronize_stream(stream)
            assert profiler.count == engine.num_layers and not names
        """,
    )


def test_a_stream_cannot_wait_for_itself(plan_file):
    run_script(
        plan_file,
        """
        class Waiting(Slow):
            def report_layer_time(self, name, ms):
                try:
                    trt.synchronize_stream(stream)
                except trt.UserError as error:
                    self.said = str(error)
        context = busy(0)
        profiler = context.profiler = Waiting()
        context.execute_async_v3(stream)
        trt.synchronize_stream(stream)
        assert "expected a call from outside of the stream" in profiler.said
        """,
    )


def test_arrays_live_as_long_as_queued_runs_use_them(engine):
    context, stream = engine.create_execution_context(), trt.create_stream()
    x = np.random.default_rng(0).random((4, 1, 8, 8), np.float32)
    context.set_input_shape("image", x.shape)
    context.set_tensor_address("image", x)
    gate, opened = threading.Event(), threading.Event()

    class Gate(trt.IProfiler):
        def report_layer_time(self, name, ms):
            opened.set()
            gate.wait(60)

    context.profiler = Gate()
    kept = []

    def queue_run(i: int) -> weakref.ref:
        y = np.full((4, 10), -1, np.float32)
        assert context.set_tensor_address("probabilities", y if i % 2 else y.ctypes.data)
        assert context.execute_async_v3(stream)
        if i == 5:
            kept.append(y)
        return weakref.ref(y)

    outputs = [queue_run(i) for i in range(8)]
    assert opened.wait(60)
    assert all(output() is not None for output in outputs)
    gate.set()
    trt.synchronize_stream(stream)
    # The sixth has a name here, and the context still has the last.
    assert [output() is not None for output in outputs] == [i in (5, 7) for i in range(8)]
    expected = onnxruntime_outputs(digits_model(), {"image": x})["probabilities"]
    np.testing.assert_allclose(kept[0], expected, atol=1e-5)
    np.testing.assert_allclose(outputs[7](), expected, atol=1e-5)
    trt.destroy_stream(stream)


def test_a_child_is_told_that_the_parents_queues_are_not_its_own(plan_file):
    printed = run_script(
        plan_file,
        """
        def expect(sentence, call):
            try:
                assert call() is False, "a refusal"
                said = log.text
            except trt.UserError as error:
                said = str(error)
            assert sentence in said, said

        def child():
            assert not lost.execute_async_v3(stream)
            expect("whose worker is not here. Create streams in the child",
                   lambda: idle.execute_async_v3(stream))
            expect("whose worker is not here", lambda: trt.synchronize_stream(stream))
            expect("queued before a fork", lambda: lost.report_to_profiler())
            trt.synchronize_stream(0)
            trt.destroy_stream(stream)
            own = trt.create_stream()
            assert idle.set_tensor_address("probabilities", y)
            assert idle.execute_async_v3(own)
            trt.synchronize_stream(own)
            trt.destroy_stream(own)
            np.testing.assert_array_equal(y, before)
            np.testing.assert_array_equal(idle.infer({"image": x})["probabilities"], before)
            fresh = engine.create_execution_context()
            np.testing.assert_array_equal(fresh.infer({"image": x})["probabilities"], before)
            builder = trt.Builder(log)
            network = builder.create_network()
            tensor = network.add_input("a", trt.float32, (4, 1000))
            network.mark_output(
                network.add_activation(tensor, trt.ActivationType.RELU).get_output(0))
            assert builder.build_serialized_network(network, builder.create_builder_config())

        idle = engine.create_execution_context()
        before = idle.infer({"image": x})["probabilities"].copy()
        y = np.zeros_like(before)
        gate = threading.Event()
        class Gate(trt.IProfiler):
            def report_layer_time(self, name, ms):
                gate.wait(60)
        lost = busy(0)
        lost.profiler = Gate()
        lost.execute_async_v3(stream)
        process = os.fork()
        if process == 0:
            code = 1
            try:
                child()
                lost = idle = None
                code = 7
            finally:
                os._exit(code)
        deadline = time.time() + 60
        while (ended := os.waitpid(process, os.WNOHANG))[0] == 0:
            assert time.time() < deadline or os.kill(process, 9), "the child hangs"
            time.sleep(0.01)
        assert os.waitstatus_to_exitcode(ended[1]) == 7
        gate.set()
        trt.synchronize_stream(stream)
        print("parent goes on")
        """,
    )
    assert printed == "parent goes on\n"


def test_threads_that_share_a_context_are_refused_or_right(engine):
    log = ListLogger()
    context = load(engine.serialize(), log).create_execution_context()
    rng = np.random.default_rng(1)
    batches = [rng.random((1 + i % 16, 1, 8, 8), np.float32) for i in range(8)]
    wanted = [onnxruntime_outputs(digits_model(), {"image": x})["probabilities"] for x in batches]
    said, right = [], []

    def work(x: np.ndarray, expected: np.ndarray) -> None:
        for _ in range(100):
            try:
                got = context.infer({"image": x})["probabilities"]
                right.append(np.allclose(got, expected, atol=1e-5))
            except RuntimeError as error:
                said.append(str(error))

    threads = [
        threading.Thread(target=work, args=pair) for pair in zip(batches, wanted, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert len(right) + len(said) == 800
    assert right
    assert all(right)
    assert all("in use by another thread. Create a context for each thread." in s for s in said)


def test_a_call_from_another_thread_meanwhile_is_refused(engine):
    log = ListLogger()
    context = load(engine.serialize(), log).create_execution_context()
    refused = []

    def meddle() -> None:
        refused.append(context.set_input_shape("image", (1, 1, 8, 8)))
        refused.append(context.execute_async_v3(0))
        for call in (lambda: context.get_tensor_shape("image"), context.infer_shapes):
            with pytest.raises(trt.UserError, match="in use by another thread"):
                call()

    context._enter()
    thread = threading.Thread(target=meddle)
    thread.start()
    thread.join(60)
    context._leave()
    assert refused == [False, False]
    assert log.text.count("[runtime] set_input_shape: expected a context that belongs to this") == 1
    assert context.set_input_shape("image", (1, 1, 8, 8))
