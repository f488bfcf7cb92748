"""How far engines are from the graph as it stands, evaluated without optimizing, and how often they
agree on the greatest output."""

import tempfile
from pathlib import Path

import numpy as np
import onnxruntime

from benchmarks.engines import Feeds, Job, Session, build_trtlike, load
from benchmarks.quantization.models import test_draws

ENGINES = ["trtlike", "onnxruntime", "openvino_default"]
Outputs = list[np.ndarray]


def as_it_stands(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def difference(got: list[Outputs], expected: list[Outputs]) -> float:
    """Root of the mean square error over that of the expected numbers, of the worst output."""
    worst = 0.0
    for ours, theirs in zip(zip(*got, strict=True), zip(*expected, strict=True), strict=True):
        g, e = np.stack(ours).astype(np.float64), np.stack(theirs).astype(np.float64)
        worst = max(worst, float(np.square(g - e).mean() / max(np.square(e).mean(), 1e-30)))
    return worst**0.5


def agreement(got: list[Outputs], expected: list[Outputs]) -> float:
    """The part of greatest elements along the last axis that are the same ones."""
    same = [np.argmax(g[0], -1) == np.argmax(e[0], -1) for g, e in zip(got, expected, strict=True)]
    return float(np.mean(np.stack(same)))


def _collect(session: Session, feeds: Feeds, draws: list[Feeds]) -> list[Outputs]:
    """Sessions are bound to the arrays of `feeds`."""
    out = []
    for draw in draws:
        for name, array in draw.items():
            feeds[name][...] = array
        out.append([np.array(output) for output in session.run()])
    return out


def compare(path: Path, threads: int, count: int) -> dict[str, tuple[float, float]]:
    """Difference and agreement by engine; NaN for one that is not installed."""
    draws = list(test_draws(path, count))
    reference = as_it_stands(path, threads)
    expected = [reference.run(None, draw) for draw in draws]
    out = {}
    with tempfile.TemporaryDirectory(prefix="trtlike-bench-") as folder:
        for engine in ENGINES:
            feeds = {name: array.copy() for name, array in draws[0].items()}
            plan = str(Path(folder) / "plan")
            job = Job(engine=engine, model=str(path), feeds=feeds, threads=threads, plan=plan)
            try:
                if engine == "trtlike":
                    build_trtlike(job)
                got = _collect(load(job), feeds, draws)
                out[engine] = difference(got, expected), agreement(got, expected)
            except ImportError:
                out[engine] = float("nan"), float("nan")
    return out


def print_table(paths: list[Path], threads: int, count: int) -> None:
    print(
        "| model |", " | ".join(f"{engine}: difference, same greatest" for engine in ENGINES), "|"
    )
    print("|---" * (1 + len(ENGINES)) + "|")
    for path in paths:
        cells = [f"{off:.4f}, {same:.3f}" for off, same in compare(path, threads, count).values()]
        print(f"| {path.stem} |", " | ".join(cells), "|", flush=True)
