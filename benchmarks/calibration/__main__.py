"""The accuracy of INT8 on labelled data, by the method of calibration, beside ONNX Runtime's own
quantizer with the same data.

    python -m benchmarks.calibration [TASK...] [--ours] [--level 3] [--json FILE]

A TASK is one of mnist-8, resnet20, squeezenet, magika, fw_silero. Data that calibrate do not test.
"auto" is what `trtlike.accuracy.choose_method` takes by the calibration data alone.
"""

import argparse
import json
import logging
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

import trtlike as trt
from benchmarks.calibration import peers
from benchmarks.calibration.tasks import TASKS, Task
from trtlike.accuracy import choose_method
from trtlike.accuracy.engines import Engine, Model

METHODS = ("entropy", "minmax", "percentile", "mse")
PERCENTILE = 99.99

Rows = dict[str, dict[str, float]]


def run(engine: Engine, task: Task, name: str) -> np.ndarray:
    """One output on the test part, joined."""
    return np.concatenate([np.atleast_1d(engine.run(one)[name]).copy() for one in task.test])


def ours(task: Task, level: int) -> Rows:
    """FP32, each method, and the automatic choice."""
    model = Model(task.model, task.test)
    first = model.outputs[0]

    def score(cache: trt.CalibrationCache | None) -> dict[str, float]:
        outputs = run(model.build(cache, level=level), task, first)
        return {name: metric(outputs, task.labels) for name, metric in task.metrics.items()}

    rows = {"FP32": score(None)}
    for method in track(METHODS, task.name, transient=True):
        cache = trt.calibrate(task.model, task.calibration, method=method, percentile=PERCENTILE)
        rows[method] = score(cache)
    chosen, cache, _ = choose_method(task.model, task.calibration, METHODS, PERCENTILE)
    rows[f"auto ({chosen})"] = score(cache)
    return rows


def theirs(task: Task) -> Rows:
    """ONNX Runtime in FP32, and its quantizer's methods with both kinds of activations."""

    def score(model: bytes) -> dict[str, float]:
        outputs = peers.run(model, task.test)
        return {name: metric(outputs, task.labels) for name, metric in task.metrics.items()}

    rows = {"ONNX Runtime FP32": score(task.model)}
    for method in track(list(peers.METHODS), f"{task.name}, ONNX Runtime", transient=True):
        for symmetric in (True, False):
            kind = "symmetric" if symmetric else "asymmetric"
            label = f"ONNX Runtime {method}, {kind}"
            try:
                rows[label] = score(
                    peers.quantize(task.model, task.calibration, method, PERCENTILE, symmetric)
                )
            except Exception as fault:  # its quantizer raises whatever numpy does
                rows[f"{label}: {type(fault).__name__}"] = {}
    return rows


def show(task: Task, rows: Rows, console: Console) -> None:
    samples = f"{len(task.labels)} tested"
    remark = f"; {task.remark}" if task.remark else ""
    table = Table("", title=f"{task.name}: {samples}{remark}")
    for name in task.metrics:
        table.add_column(f"{name} %", justify="right")
        table.add_column("less FP32", justify="right")
    for label, scores in rows.items():
        cells = []
        for name, value in scores.items():
            cells += [f"{value:.2%}"[:-1], f"{100 * (value - rows['FP32'][name]):+.2f}"]
        cells = cells or ["failed"]
        table.add_row(label, *cells)
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", metavar="TASK")
    parser.add_argument("--ours", action="store_true", help="without ONNX Runtime")
    parser.add_argument("--level", type=int, default=3, help="the builder's optimization level")
    parser.add_argument("--json", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    if unknown := sorted(set(chosen.tasks) - set(TASKS)):
        parser.error(f"expected tasks of {', '.join(TASKS)}, got {', '.join(unknown)}")
    logging.disable(logging.WARNING)
    console = Console(width=100)
    found = {}
    for name in chosen.tasks or TASKS:
        task = TASKS[name]()
        rows = ours(task, chosen.level)
        if not chosen.ours:
            rows |= theirs(task)
        show(task, rows, console)
        found[name] = rows
        if chosen.json:
            chosen.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
