"""One process an engine, and short rounds that take turns, so that a slow phase of the machine
meets every engine alike."""

import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.names import Engine

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = "onnxruntime"
_ANSWER_S = 120
_LOAD_S = 900


@dataclass(frozen=True)
class Item:
    """One model of the comparison."""

    name: str
    path: Path
    torch_name: str = ""


@dataclass(frozen=True)
class Settings:
    threads: int
    rounds: int
    budget_s: float
    busy: bool
    layer_runs: int = 20


Progress = Callable[[str], None]


class Died(RuntimeError):
    """The process ended or did not answer."""


class Worker:
    """The process of one engine."""

    def __init__(self, job: dict[str, Any]):
        threads = str(job["threads"])
        environment = dict(os.environ, OMP_NUM_THREADS=threads, TRTLIKE_NUM_THREADS=threads)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=environment,
        )

    def read(self, timeout_s: float = _ANSWER_S) -> Any:
        """The next answer. Raises Died."""
        pipe = self._process.stdout
        assert pipe is not None
        ready, _, _ = select.select([pipe], [], [], timeout_s)
        if not ready:
            self._process.kill()
            raise Died(f"no answer within {timeout_s:g} s")
        line = pipe.readline()
        if not line:
            raise Died(f"the process ended with code {self._process.wait()}")
        return json.loads(line)

    def ask(self, request: dict[str, Any]) -> Any:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(json.dumps(request) + "\n")
            pipe.flush()
        except BrokenPipeError as error:
            raise Died("the process ended") from error
        return self.read()

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def make_feeds(path: Path, seed: int = 0) -> dict[str, np.ndarray]:
    """Normal values for floats, small indices for integers, ones for masks; open extents are 1."""
    import onnx

    model = onnx.load(str(path), load_external_data=False)
    constants = {tensor.name for tensor in model.graph.initializer}
    random = np.random.default_rng(seed)
    feeds: dict[str, np.ndarray] = {}
    for value in model.graph.input:
        if value.name in constants:
            continue
        tensor = value.type.tensor_type
        shape = [extent.dim_value or 1 for extent in tensor.shape.dim]
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        if np.issubdtype(dtype, np.floating):
            feeds[value.name] = random.standard_normal(shape).astype(dtype)
        elif "mask" in value.name:
            feeds[value.name] = np.ones(shape, dtype)
        else:
            feeds[value.name] = random.integers(0, 200, shape).astype(dtype)
    return feeds


def largest_error(got: list[np.ndarray], want: list[np.ndarray]) -> float:
    """The largest difference, relative to each output's largest magnitude; NaN for other shapes."""
    if len(got) != len(want):
        return float("nan")
    errors = [0.0]
    for ours, theirs in zip(got, want, strict=True):
        if ours.size != theirs.size:
            return float("nan")
        wide = theirs.astype(np.float64)
        difference = np.abs(ours.astype(np.float64).reshape(wide.shape) - wide)
        errors.append(float(difference.max(initial=0) / max(np.abs(wide).max(initial=0), 1e-9)))
    return max(errors) if all(np.isfinite(errors)) else float("nan")


@contextmanager
def busy_core(busy: bool) -> Iterator[None]:
    """A loop beside, on the last core that this process may use."""
    if not busy:
        yield
        return
    core = max(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, [{core}])\nwhile True: pass"
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        yield
    finally:
        process.kill()
        process.wait()


class Comparison:
    """All engines on one model."""

    def __init__(self, item: Item, engines: list[Engine], settings: Settings, progress: Progress):
        self._item, self._engines, self._settings = item, engines, settings
        self._progress = progress
        self.results: dict[str, dict[str, Any]] = {}
        self._workers: dict[str, Worker] = {}

    def run(self) -> dict[str, dict[str, Any]]:
        with tempfile.TemporaryDirectory(prefix="trtlike-bench-") as folder:
            try:
                feeds = Path(folder) / "feeds.npz"
                np.savez(feeds, **make_feeds(self._item.path))  # type: ignore[arg-type]
                for engine in self._engines:
                    self._progress(f"{self._item.name}: {engine.title} loads")
                    self._start(engine, feeds, Path(folder))
                self._compare_outputs(Path(folder))
                with busy_core(self._settings.busy):
                    self._time()
                self._time_layers()
            finally:
                for worker in self._workers.values():
                    worker.close()
        return self.results

    def _start(self, engine: Engine, feeds: Path, folder: Path) -> None:
        job = {
            "engine": engine.name,
            "model": str(self._item.path),
            "feeds": str(feeds),
            "outputs": str(folder / f"{engine.name}.npz"),
            "threads": self._settings.threads,
            "plan": str(folder / f"{engine.name}.plan"),
            "torch_name": self._item.torch_name,
        }
        result: dict[str, Any] = {}
        if engine.is_ours:
            builder = Worker(job | {"build": True})
            result = self._first_answer(builder)
            builder.close()
        if "refused" not in result:
            worker = Worker(job)
            result |= self._first_answer(worker)
            self._workers[engine.name] = worker
        self.results[engine.name] = result
        if "refused" in result and engine.name in self._workers:
            self._workers.pop(engine.name).close()

    @staticmethod
    def _first_answer(worker: Worker) -> dict[str, Any]:
        try:
            return worker.read(_LOAD_S)
        except Died as error:
            return {"refused": str(error)}

    def _compare_outputs(self, folder: Path) -> None:
        outputs = {}
        for name in self._workers:
            with np.load(folder / f"{name}.npz") as file:
                outputs[name] = list(file.values())
        if REFERENCE not in outputs:
            return
        for name, arrays in outputs.items():
            if name != REFERENCE:
                self.results[name]["error"] = largest_error(arrays, outputs[REFERENCE])

    def _time(self) -> None:
        rounds: dict[str, list[dict[str, float]]] = {name: [] for name in self._workers}
        for i in range(self._settings.rounds):
            self._progress(f"{self._item.name}: round {i + 1} of {self._settings.rounds}")
            for name in list(self._workers):
                try:
                    answer = self._workers[name].ask({"budget_s": self._settings.budget_s})
                    rounds[name].append(answer)
                except Died as error:
                    self.results[name] = {"refused": str(error)}
                    self._workers.pop(name).close()
        for name in self._workers:
            minimums = [answer["min_ms"] for answer in rounds[name]]
            self.results[name] |= {
                "min_ms": min(minimums),
                "median_ms": statistics.median(minimums),
                "typical_ms": statistics.median(a["median_ms"] for a in rounds[name]),
                "round_ms": minimums,
            }

    def _time_layers(self) -> None:
        for engine in self._engines:
            if engine.is_ours and engine.name in self._workers:
                self._progress(f"{self._item.name}: {engine.title} by layer")
                request = {"layer_runs": self._settings.layer_runs}
                self.results[engine.name]["layers"] = self._workers[engine.name].ask(request)
