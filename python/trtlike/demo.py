"""The main job on a small trained model: ONNX file to tuned engine, saved, loaded, run, timed."""

import argparse
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import trtlike as trt

_BATCHES = (1, 32, 450)
_TACTICS_SHOWN = 12


def load_test_set() -> tuple[np.ndarray, np.ndarray]:
    """450 digits as float32 [n, 1, 8, 8] in [0, 1], and their labels."""
    with resources.as_file(resources.files("trtlike") / "data" / "digits_test.npz") as path:
        data = np.load(path)
        return data["images"].astype(np.float32) / 16, data["labels"]


def build(console: Console, level: int) -> tuple[trt.IHostMemory, bytes]:
    """Parses and builds the model with a dynamic batch; shows fusions and tactics."""
    model = (resources.files("trtlike") / "data" / "digits.onnx").read_bytes()
    logger = trt.Logger(trt.Logger.WARNING)
    builder = trt.Builder(logger)
    network = builder.create_network()
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(model):
        errors = [str(parser.get_error(i)) for i in range(parser.num_errors)]
        raise SystemExit("\n".join(errors))
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    profile = builder.create_optimization_profile()
    profile.set_shape(
        "image", *[(batch, 1, 8, 8) for batch in (_BATCHES[0], _BATCHES[1], _BATCHES[2])]
    )
    config.add_optimization_profile(profile)
    with console.status("Timing tactics..."):
        plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise SystemExit("The build failed; the log says why.")
    show_report(builder.report, plan.nbytes, console)
    return plan, model


def show_report(report: dict, plan_bytes: int, console: Console) -> None:
    """Fusions by name, and the winning tactic of each layer with its runner-up."""
    console.print(
        f"[bold]Built[/] in {report['seconds']:.2f} s: {report['layers_before']} layers became "
        f"{report['layers_after']}, {report['measured']} timings, plan of {plan_bytes >> 10} KiB"
    )
    fired = Table("rewrite", "times", title="What was fused and folded")
    for name, count in report["fusions"].items():
        if count:
            fired.add_row(name, str(count))
    console.print(fired)
    tactics = Table("layer", "tactic", "us", "runner-up", "us ", title="Tactics (batch 32)")
    slowest = sorted(report["tactics"], key=lambda row: -row["time_ms"])[:_TACTICS_SHOWN]
    for row in slowest:
        runner_up = f"{row['runner_up_ms'] * 1e3:.1f}" if row["runner_up"] else ""
        name = row["layer"] if len(row["layer"]) <= 48 else row["layer"][:45] + "..."
        tactics.add_row(
            name, row["tactic"], f"{row['time_ms'] * 1e3:.1f}", row["runner_up"], runner_up
        )
    console.print(tactics)


def time_runs(run, count: int) -> list[float]:
    """Sorted times of the runs in microseconds, after some that do not count."""
    for _ in range(min(20, count)):
        run()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e6)
    return sorted(times)


def time_engine(context: trt.IExecutionContext, images: np.ndarray, runs: int) -> list[float]:
    """Latencies of the engine on one batch, arrays bound once."""
    output = context.infer({"image": images})["probabilities"]
    context.set_tensor_address("image", images)
    context.set_tensor_address("probabilities", output)
    return time_runs(lambda: context.execute_async_v3(0), runs)


def time_onnxruntime(
    model: bytes, images: np.ndarray, threads: int, runs: int
) -> list[float] | None:
    """Latencies of ONNX Runtime on the same batch; None where it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return time_runs(lambda: session.run(None, {"image": images}), runs)


def main(words: list[str] | None = None, program: str | None = None) -> int:
    """Runs the demo with these options, else the process's; returns its exit code."""
    arguments = argparse.ArgumentParser(program, description=__doc__)
    arguments.add_argument("--level", type=int, default=3, help="optimization level of the build")
    arguments.add_argument("--runs", type=int, default=500, help="runs of each latency")
    options = arguments.parse_args(words)
    console = Console(width=120)
    plan, model = build(console, options.level)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.engine"
        path.write_bytes(plan)
        start = time.perf_counter()
        engine = trt.Runtime(trt.Logger(trt.Logger.WARNING)).load_engine_file(str(path))
        console.print(
            f"[bold]Loaded[/] the saved plan in {(time.perf_counter() - start) * 1e3:.2f} ms"
        )
    images, labels = load_test_set()
    context = engine.create_execution_context()
    probabilities = context.infer({"image": images})["probabilities"]
    accuracy = (probabilities.argmax(1) == labels).mean()
    console.print(f"[bold]Accuracy[/] on {len(labels)} digits not trained on: {accuracy:.4f}")
    table = Table(
        "batch",
        "engine",
        "p50 us",
        "p95 us",
        "p99 us",
        title=f"Latency, {context.num_threads} threads",
    )
    for batch in _BATCHES:
        rows = {
            "trtlike": time_engine(context, images[:batch], options.runs),
            "ONNX Runtime": time_onnxruntime(
                model, images[:batch], context.num_threads, options.runs
            ),
        }
        for name, times in rows.items():
            if times:
                picks = [f"{times[int(len(times) * p)]:.1f}" for p in (0.5, 0.95, 0.99)]
                table.add_row(str(batch), name, *picks)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
