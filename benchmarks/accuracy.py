"""Compares engines with ONNX Runtime on models of any size.

    python -m benchmarks.accuracy MODEL.onnx... [--bf16] [--fp16] [--strict] [--tolerance 1e-4]

Prints for each model the largest difference relative to the output's largest magnitude, the build
time and the size of the plan. Dynamic extents are set to 1. Ends with code 1 when a model is over
the tolerance.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from rich.console import Console
from rich.table import Table

import trtlike as trt
from benchmarks.rounds import largest_error, make_feeds


def build(path: Path, feeds: dict[str, np.ndarray], flags: argparse.Namespace) -> trt.IHostMemory:
    """The plan for the feeds' shapes. Raises ValueError when the model or the build fails."""
    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network()
    parser = trt.OnnxParser(network, logger)
    if not parser.parse_from_file(str(path)):
        raise ValueError("; ".join(str(parser.get_error(i)) for i in range(parser.num_errors)))
    config = builder.create_builder_config()
    for chosen, flag in ((flags.bf16, trt.BuilderFlag.BF16), (flags.fp16, trt.BuilderFlag.FP16)):
        if chosen:
            config.set_flag(flag)
    if flags.strict:
        config.clear_flag(trt.BuilderFlag.TF32)
    profile, dynamic = builder.create_optimization_profile(), False
    for i in range(network.num_inputs):
        tensor = network.get_input(i)
        if -1 in tuple(tensor.shape):
            shape = feeds[tensor.name].shape
            profile.set_shape(tensor.name, shape, shape, shape)
            dynamic = True
    if dynamic:
        config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise ValueError("the build failed; the log says why")
    return plan


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    for flag in ("bf16", "fp16", "strict"):
        parser.add_argument(f"--{flag}", action="store_true")
    chosen = parser.parse_args()
    table = Table("model", "error", "build s", "plan MiB", "")
    failed = False
    for path in chosen.models:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        feeds = make_feeds(path)
        start = time.perf_counter()
        try:
            plan = build(path, feeds, chosen)
        except ValueError as refusal:
            table.add_row(path.stem, "-", "", "", str(refusal))
            failed = True
            continue
        seconds = time.perf_counter() - start
        engine = trt.Runtime(trt.Logger(trt.Logger.ERROR)).deserialize_cuda_engine(plan)
        outputs = engine.create_execution_context().infer(feeds)
        error = largest_error(list(outputs.values()), session.run(list(outputs), feeds))
        within = error <= chosen.tolerance
        failed |= not within
        verdict = "" if within else f"over {chosen.tolerance:g}"
        size = f"{plan.nbytes / 2**20:.1f}"
        table.add_row(path.stem, f"{error:.1e}", f"{seconds:.1f}", size, verdict)
    Console().print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
