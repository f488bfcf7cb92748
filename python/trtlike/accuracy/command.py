"""The command `trtlike accuracy`."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

import trtlike as trt
from trtlike.accuracy import picture, report
from trtlike.accuracy.comparing import choose_method, compare, parse_budget
from trtlike.accuracy.engines import Model
from trtlike.accuracy.precisions import write_precisions
from trtlike.calibration import CalibrationCache, calibrate

_AUTO = "auto"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the subcommand."""
    parser.add_argument("--onnx", required=True, metavar="MODEL.onnx")
    scales = parser.add_mutually_exclusive_group(required=True)
    scales.add_argument("--calib", metavar="CACHE", help="a calibration cache")
    scales.add_argument(
        "--method",
        choices=("entropy", "minmax", "percentile", "mse", _AUTO),
        help="calibrate; auto takes the method that loses least on data held out",
    )
    parser.add_argument(
        "--calib-data", metavar="FILE.npz", help="data to calibrate on; those of --data otherwise"
    )
    parser.add_argument(
        "--data", required=True, metavar="FILE.npz", help="one array an input, samples first"
    )
    parser.add_argument("--labels", metavar="FILE.npy", help="one a sample, for top-1")
    parser.add_argument(
        "--budget",
        metavar="0.5%",
        help="loss of top-1 in points, or relative error of the outputs without labels: finds the "
        "layers to keep in FP32",
    )
    parser.add_argument("--output", metavar="FILE.json", help="where the layers' precisions go")
    parser.add_argument("--picture", metavar="FILE.png", help="error by layer, time against error")
    parser.add_argument("--batch", type=int, default=1, help="samples a batch")
    parser.add_argument("--top", type=int, default=20, help="layers to try in FP32")


def _load(path: str, what: str) -> np.ndarray:
    try:
        array = np.load(path)
    except (OSError, ValueError) as fault:
        raise ValueError(f"[accuracy] {what}: expected an .npy file, got '{path}': {fault}.") from (
            fault
        )
    if not isinstance(array, np.ndarray) or array.ndim != 1:
        raise ValueError(f"[accuracy] {what}: expected an array of one axis in '{path}'.")
    return array


def _scales(chosen: argparse.Namespace, console: Console) -> CalibrationCache:
    if chosen.calib:
        if not Path(chosen.calib).is_file():
            raise ValueError(f"[accuracy] cache: expected a file, got no file '{chosen.calib}'.")
        return CalibrationCache.load(chosen.calib)
    if not chosen.calib_data:
        console.print("Calibrated on --data itself: give --calib-data for an honest score.")
    model = Model(chosen.onnx, chosen.calib_data or chosen.data, chosen.batch)
    if chosen.method != _AUTO:
        return calibrate(model.onnx, model.batches, method=chosen.method)
    method, cache, errors = choose_method(model.onnx, model.batches)
    listed = ", ".join(f"{name} {error:.5f}" for name, error in errors.items())
    console.print(f"Method: {method}; errors on calibration data held out: {listed}")
    return cache


def run(chosen: argparse.Namespace) -> int:
    """Returns the exit code."""
    terminal = Console()
    console = terminal if terminal.is_terminal else Console(width=200)
    words = Console(stderr=True)

    def progress(items: Sequence[Any], what: str) -> Iterable[Any]:
        return track(items, what, console=words, transient=True)

    try:
        if chosen.batch < 1 or chosen.top < 1:
            raise ValueError("[accuracy] --batch and --top: expected 1 or more.")
        if chosen.output and not chosen.budget:
            raise ValueError("[accuracy] --output: expected --budget beside it, got none.")
        if chosen.picture:
            picture.require_matplotlib()
        budget = parse_budget(chosen.budget) if chosen.budget else None
        found = compare(
            chosen.onnx,
            _scales(chosen, console),
            chosen.data,
            _load(chosen.labels, "labels") if chosen.labels else None,
            budget=budget,
            batch_size=chosen.batch,
            most=chosen.top,
            progress=progress,
        )
        report.show(found, console)
        if chosen.output and found.chosen is not None:
            write_precisions(chosen.output, found.chosen.fp32, found.cache)
        if chosen.picture:
            picture.draw(found, chosen.picture)
    except (ValueError, OSError, trt.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
