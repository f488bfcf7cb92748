"""Running an engine for a while on one or more contexts, and when each run began and ended."""

import threading
import time
from dataclasses import dataclass, field

import numpy as np

import trtlike as trt
from trtlike.trtexec.console import Console
from trtlike.trtexec.options import Options
from trtlike.trtexec.values import find


class LayerTimes(trt.IProfiler):
    """Times of each layer over all profiled runs, in the order of the plan."""

    def __init__(self) -> None:
        trt.IProfiler.__init__(self)
        self.times: dict[str, list[float]] = {}

    def report_layer_time(self, layer_name: str, ms: float) -> None:
        self.times.setdefault(layer_name, []).append(ms)


class Runner:
    """One context with its arrays."""

    def __init__(self, engine: trt.ICudaEngine, chosen: Options):
        self.context = engine.create_execution_context()
        if self.context is None:
            raise ValueError("The execution context could not be created.")
        if chosen.use_profile:
            self.context.set_optimization_profile_async(chosen.use_profile, 0)
        self.inputs: dict[str, np.ndarray] = {}
        self.output_shapes: dict[str, tuple[int, ...]] = {}
        self._outputs: dict[str, np.ndarray | trt.ArrayAllocator] = {}
        names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
        modes = {name: engine.get_tensor_mode(name) for name in names}
        for name in names:
            if modes[name] == trt.TensorIOMode.INPUT:
                self._set_input(engine, name, chosen)
        for name in names:
            if modes[name] == trt.TensorIOMode.OUTPUT:
                self._set_output(engine, name)

    def _set_input(self, engine: trt.ICudaEngine, name: str, chosen: Options) -> None:
        shape = tuple(engine.get_tensor_shape(name))
        if -1 in shape:
            shape = find(chosen.shapes, name) or tuple(
                engine.get_tensor_profile_shape(name, chosen.use_profile)[1]
            )
        if not self.context.set_input_shape(name, shape):
            raise ValueError(f"Input {name} cannot have the shape {shape}; see the log.")
        dtype = trt.nptype(engine.get_tensor_dtype(name))
        if name in chosen.load_inputs:
            data = np.fromfile(chosen.load_inputs[name], dtype)
            if data.size != trt.volume(shape):
                raise ValueError(
                    f"--loadInputs: expected {trt.volume(shape)} elements for {name}, "
                    f"got {data.size}."
                )
            array = data.reshape(shape)
        else:
            random = np.random.default_rng(0)
            array = (
                random.uniform(-1, 1, shape)
                if np.issubdtype(dtype, np.floating)
                else random.integers(0, 128, shape)
            )
        array = np.ascontiguousarray(array, dtype).reshape(shape)
        self.context.set_tensor_address(name, array)
        self.inputs[name] = array

    def _set_output(self, engine: trt.ICudaEngine, name: str) -> None:
        """An array, or what makes one where the extents are known after a run only."""
        shape = self.output_shapes[name] = tuple(self.context.get_tensor_shape(name))
        if -1 in shape:
            self._outputs[name] = allocator = trt.ArrayAllocator()
            self.context.set_output_allocator(name, allocator)
        else:
            array = np.empty(shape, trt.nptype(engine.get_tensor_dtype(name)))
            self.context.set_tensor_address(name, array)
            self._outputs[name] = array

    @property
    def outputs(self) -> dict[str, np.ndarray]:
        """The outputs of the last run."""
        engine = self.context.engine
        return {
            name: given.array(engine.get_tensor_dtype(name))
            if isinstance(given, trt.ArrayAllocator)
            else given
            for name, given in self._outputs.items()
        }

    def run(self) -> None:
        """One inference. Raises ValueError when it fails."""
        if not self.context.execute_async_v3(0):
            raise ValueError("The inference failed; see the log.")


@dataclass
class Trace:
    """Start and end of each counted run, in seconds since the first one began."""

    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    warm_up_runs: int = 0

    @property
    def latencies_ms(self) -> np.ndarray:
        return (np.array(self.ends) - np.array(self.starts)) * 1e3

    @property
    def wall_s(self) -> float:
        return max(self.ends) - min(self.starts)


def make_runners(engine: trt.ICudaEngine, chosen: Options, console: Console) -> list[Runner]:
    """One context a stream, each with arrays of its own."""
    runners = [Runner(engine, chosen) for _ in range(max(1, chosen.streams))]
    size = runners[0].context.memory_size / 2**20
    console.info(f"Created execution context with device memory size: {size:.3f} MiB")
    for name, array in runners[0].inputs.items():
        shape = "x".join(map(str, array.shape))
        console.info(f"Input binding for {name} with dimensions {shape} is created.")
    for name, extents in runners[0].output_shapes.items():
        shape = "x".join(map(str, extents))
        console.info(f"Output binding for {name} with dimensions {shape} is created.")
    return runners


def measure(runners: list[Runner], chosen: Options, console: Console) -> Trace:
    """Warms up, then runs until both the iterations and the duration are reached."""
    console.info("Starting inference")
    warm = time.perf_counter()
    trace = Trace()
    while time.perf_counter() - warm < chosen.warm_up / 1e3 or trace.warm_up_runs == 0:
        for runner in runners:
            runner.run()
            trace.warm_up_runs += 1
    origin = time.perf_counter()
    per_runner: list[list[tuple[float, float]]] = [[] for _ in runners]
    failures: list[Exception] = []

    def loop(index: int) -> None:
        times, runner = per_runner[index], runners[index]
        try:
            while len(times) < chosen.iterations or (
                chosen.duration < 0 or time.perf_counter() - origin < chosen.duration
            ):
                if chosen.sleep_time > 0:
                    time.sleep(chosen.sleep_time / 1e3)
                start = time.perf_counter()
                runner.run()
                times.append((start - origin, time.perf_counter() - origin))
                if chosen.idle_time > 0:
                    time.sleep(chosen.idle_time / 1e3)
        except ValueError as error:
            failures.append(error)

    if len(runners) == 1:
        loop(0)
    else:
        threads = [threading.Thread(target=loop, args=(i,)) for i in range(len(runners))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
    for start, end in sorted(pair for times in per_runner for pair in times):
        trace.starts.append(start)
        trace.ends.append(end)
    console.info(f"Warmup completed {trace.warm_up_runs} queries over {chosen.warm_up:g} ms")
    console.info(f"Timing trace has {len(trace.starts)} queries over {trace.wall_s:.3f} s")
    return trace


def profile(runner: Runner, iterations: int) -> dict[str, list[float]]:
    """Times of each layer over some runs."""
    times = LayerTimes()
    runner.context.profiler = times
    for _ in range(iterations):
        runner.run()
    runner.context.profiler = None
    return times.times
