"""Contexts: shapes, addresses, profiles, threads, streams, profilers."""

import threading
import time
import weakref

import numpy as np
import pytest
from conftest import ListLogger, build_plan, digits_model, load, onnxruntime_outputs

import trtlike as trt

PROFILES = [
    {"image": ((1, 1, 8, 8), (4, 1, 8, 8), (16, 1, 8, 8))},
    {"image": ((32, 1, 8, 8), (64, 1, 8, 8), (512, 1, 8, 8))},
]


@pytest.fixture(scope="module")
def engine() -> trt.ICudaEngine:
    return load(build_plan(digits_model(), PROFILES))


def images(count: int) -> np.ndarray:
    return np.random.default_rng(count).random((count, 1, 8, 8), np.float32)


def expected(batch: np.ndarray) -> np.ndarray:
    return onnxruntime_outputs(digits_model(), {"image": batch})["probabilities"]


def test_the_engine_describes_its_tensors(engine):
    assert [engine[i] for i in range(engine.num_io_tensors)] == ["image", "probabilities"]
    assert list(engine) == ["image", "probabilities"]
    assert engine.get_tensor_mode("image") == trt.TensorIOMode.INPUT
    assert engine.get_tensor_shape("image") == (-1, 1, 8, 8)
    assert engine.get_tensor_dtype("probabilities") == trt.float32
    assert engine.num_optimization_profiles == 2
    low, opt, high = engine.get_tensor_profile_shape("image", 1)
    assert (low[0], opt[0], high[0]) == (32, 64, 512)
    assert engine.device_memory_size > 0


@pytest.mark.parametrize("batch", [1, 3, 4, 16])
def test_every_batch_within_the_profile_is_right(engine, batch):
    x = images(batch)
    got = engine.create_execution_context().infer({"image": x})["probabilities"]
    np.testing.assert_allclose(got, expected(x), atol=1e-5)


def test_the_second_profile_takes_larger_batches(engine):
    context = engine.create_execution_context()
    assert context.set_optimization_profile_async(1, 0)
    assert context.active_optimization_profile == 1
    x = images(100)
    np.testing.assert_allclose(context.infer({"image": x})["probabilities"], expected(x), atol=1e-5)


def test_shapes_outside_the_profile_are_refused_with_the_range(engine):
    log = ListLogger()
    context = load(engine.serialize(), log).create_execution_context()
    assert not context.set_input_shape("image", (17, 1, 8, 8))
    assert "'image'" in log.text
    assert "17" in log.text
    assert "16" in log.text
    assert not context.set_input_shape("image", (4, 1, 8))
    assert not context.set_input_shape("nothing", (1, 1, 8, 8))
    with pytest.raises(ValueError, match="within the profile"):
        context.infer({"image": images(17)})


def test_output_shapes_are_known_before_running(engine):
    context = engine.create_execution_context()
    assert context.get_tensor_shape("probabilities")[0] == -1
    assert context.set_input_shape("image", (7, 1, 8, 8))
    assert context.get_tensor_shape("probabilities") == (7, 10)
    assert context.infer_shapes() == []


def test_kernels_read_and_write_the_callers_arrays(engine):
    context = engine.create_execution_context()
    x, y = images(4), np.full((4, 10), -1, np.float32)
    context.set_input_shape("image", x.shape)
    assert context.set_tensor_address("image", x.ctypes.data)
    assert context.set_tensor_address("probabilities", y)
    assert context.get_tensor_address("image") == x.ctypes.data
    assert context.execute_async_v3(0)
    first = y.copy()
    x[:] = images(5)[:4]
    assert context.execute_async_v3(stream_handle=0)
    np.testing.assert_allclose(y, expected(x), atol=1e-5)
    assert not np.array_equal(y, first)


def test_an_array_known_by_its_address_lives_as_long_as_the_context_reads_it(engine):
    def prepare(context: trt.IExecutionContext) -> tuple[np.ndarray, weakref.ref]:
        feeds, y = {"image": images(512)}, np.empty((512, 10), np.float32)
        context.set_input_shape("image", feeds["image"].shape)
        context.set_tensor_address("image", feeds["image"].ctypes.data)
        context.set_tensor_address("probabilities", y.ctypes.data)
        return y, weakref.ref(feeds["image"])

    context = engine.create_execution_context()
    context.set_optimization_profile_async(1, 0)
    y, x = prepare(context)
    assert x() is not None
    assert context.execute_async_v3(0)
    np.testing.assert_allclose(y, expected(images(512)), atol=1e-5)
    del context
    assert x() is None


def test_execute_v2_takes_addresses_in_tensor_order(engine):
    context = engine.create_execution_context()
    x, y = images(2), np.empty((2, 10), np.float32)
    context.set_input_shape("image", x.shape)
    assert context.execute_v2([x.ctypes.data, y.ctypes.data])
    np.testing.assert_allclose(y, expected(x), atol=1e-5)


def test_missing_addresses_and_shapes_are_named(engine):
    log = ListLogger()
    context = load(engine.serialize(), log).create_execution_context()
    assert not context.execute_async_v3(0)
    assert "image" in log.text
    context.set_input_shape("image", (1, 1, 8, 8))
    assert not context.execute_async_v3(0)
    assert "address" in log.text


def test_wrong_arrays_are_refused_by_name(engine):
    context = engine.create_execution_context()
    with pytest.raises(TypeError, match="'image'"):
        context.set_tensor_address("image", images(1).astype(np.float64))
    with pytest.raises(ValueError, match="C-contiguous"):
        context.set_tensor_address("image", np.zeros((8, 8, 1, 2), np.float32).T)
    read_only = np.zeros((1, 10), np.float32)
    read_only.flags.writeable = False
    with pytest.raises(ValueError, match="writeable"):
        context.set_tensor_address("probabilities", read_only)
    with pytest.raises(ValueError, match="expected the inputs image"):
        context.infer({"picture": images(1)})
    with pytest.raises(ValueError, match="expected an array for input 'image'"):
        context.infer({})


def test_profilers_hear_of_every_layer(engine):
    class Times(trt.IProfiler):
        def __init__(self):
            trt.IProfiler.__init__(self)
            self.layers = {}

        def report_layer_time(self, layer_name, ms):
            self.layers[layer_name] = ms

    context = engine.create_execution_context()
    times = Times()
    context.profiler = times
    context.infer({"image": images(4)})
    assert times.layers
    assert all(ms >= 0 for ms in times.layers.values())
    assert context.profiler is times


def test_a_stream_runs_in_order_and_can_be_waited_for(engine):
    context = engine.create_execution_context()
    stream = trt.create_stream()
    x, y = images(4), np.empty((4, 10), np.float32)
    context.set_input_shape("image", x.shape)
    context.set_tensor_address("image", x)
    context.set_tensor_address("probabilities", y)
    assert context.execute_async_v3(stream)
    trt.synchronize_stream(stream)
    trt.destroy_stream(stream)
    np.testing.assert_allclose(y, expected(x), atol=1e-5)


def test_two_contexts_in_two_threads_are_right_at_once(engine):
    want = {n: expected(images(n)) for n in (3, 5)}
    failures = []

    def work(count: int) -> None:
        context, x = engine.create_execution_context(), images(count)
        for _ in range(200):
            got = context.infer({"image": x})["probabilities"]
            if not np.allclose(got, want[count], atol=1e-5):
                failures.append(count)
                return

    threads = [threading.Thread(target=work, args=(n,)) for n in want]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_the_interpreter_is_free_while_a_run_is_on(engine):
    context = engine.create_execution_context()
    context.set_optimization_profile_async(1, 0)
    x = images(512)
    context.infer({"image": x})
    ticks, done = 0, threading.Event()

    def run() -> None:
        for _ in range(20):
            context.execute_async_v3(0)
        done.set()

    worker = threading.Thread(target=run)
    worker.start()
    while not done.is_set():
        ticks += 1
        time.sleep(0)
    worker.join()
    assert ticks > 20


@pytest.mark.long
def test_two_contexts_at_once_finish_sooner_than_one_after_the_other():
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse(digits_model())
    config = builder.create_builder_config()
    config.num_threads = 1
    profile = builder.create_optimization_profile()
    profile.set_shape("image", (64, 1, 8, 8), (64, 1, 8, 8), (64, 1, 8, 8))
    config.add_optimization_profile(profile)
    engine = load(builder.build_serialized_network(network, config))
    if trt.default_num_threads() < 2:
        pytest.skip("needs two CPUs")

    def run(context: trt.IExecutionContext) -> None:
        for _ in range(100):
            assert context.execute_async_v3(0)

    contexts = [engine.create_execution_context() for _ in range(2)]
    arrays = []
    for context in contexts:
        x, y = images(64), np.empty((64, 10), np.float32)
        context.set_input_shape("image", x.shape)
        context.set_tensor_address("image", x)
        context.set_tensor_address("probabilities", y)
        arrays.append((x, y))
        run(context)

    def at_once() -> float:
        threads = [threading.Thread(target=run, args=(context,)) for context in contexts]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    def in_turn() -> float:
        start = time.perf_counter()
        for context in contexts:
            run(context)
        return time.perf_counter() - start

    ratios = [at_once() / in_turn() for _ in range(9)]
    assert min(ratios) < 0.8, ratios
    for x, y in arrays:
        np.testing.assert_allclose(y, expected(x), atol=1e-5)
