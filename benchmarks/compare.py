"""Times engines side by side: one process an engine, short interleaved rounds, minimum and median.

    python benchmarks/compare.py MODEL.onnx... [--threads 2] [--rounds 8] [--engines a,b]

Engines: onnxruntime, openvino (pinned to FP32), openvino_default, trtlike, trtlike_bf16. One that
is not installed or refuses a model shows as '-'. Dynamic extents are set to 1. Keep the machine
quiet.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ENGINES = ("onnxruntime", "openvino", "openvino_default", "trtlike", "trtlike_bf16")


def make_feeds(path: str) -> dict[str, np.ndarray]:
    """Normal values for floats, small indices for integers, ones for masks."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    constants = {tensor.name for tensor in model.graph.initializer}
    random, feeds = np.random.default_rng(0), {}
    for value in model.graph.input:
        if value.name in constants:
            continue
        tensor = value.type.tensor_type
        shape = [dim.dim_value or 1 for dim in tensor.shape.dim]
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        if np.issubdtype(dtype, np.floating):
            feeds[value.name] = random.standard_normal(shape).astype(dtype)
        elif "mask" in value.name:
            feeds[value.name] = np.ones(shape, dtype)
        else:
            feeds[value.name] = random.integers(0, 200, shape).astype(dtype)
    return feeds


def make_onnxruntime(path: str, feeds: dict[str, np.ndarray], threads: int) -> Callable[[], Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, feeds)


def make_openvino(
    path: str, feeds: dict[str, np.ndarray], threads: int, precision: str | None
) -> Callable[[], Any]:
    import openvino

    core = openvino.Core()
    config = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    if precision:
        config["INFERENCE_PRECISION_HINT"] = precision
    model = core.read_model(path)
    model.reshape({name: list(array.shape) for name, array in feeds.items()})
    request = core.compile_model(model, "CPU", config).create_infer_request()
    inputs = {name: openvino.Tensor(array, shared_memory=True) for name, array in feeds.items()}

    def run() -> list[np.ndarray]:
        request.infer(inputs, share_inputs=True)
        return [request.get_output_tensor(i).data for i in range(len(model.outputs))]

    return run


def make_trtlike(
    path: str, feeds: dict[str, np.ndarray], threads: int, flag: str | None
) -> Callable[[], Any]:
    import trtlike as trt

    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network()
    parser = trt.OnnxParser(network, logger)
    if not parser.parse_from_file(path):
        raise RuntimeError(str(parser.get_error(0)))
    config = builder.create_builder_config()
    config.num_threads = threads
    if flag:
        config.set_flag(getattr(trt.BuilderFlag, flag))
    profile = builder.create_optimization_profile()
    for name, array in feeds.items():
        profile.set_shape(name, array.shape, array.shape, array.shape)
    config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise RuntimeError("the build failed")
    engine = trt.Runtime(logger).deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    outputs = context.infer(feeds)

    def run() -> list[np.ndarray]:
        if not context.execute_async_v3(0):
            raise RuntimeError("the run failed")
        return list(outputs.values())

    return run


def make_engine(name: str, path: str, threads: int) -> Callable[[], Any]:
    """A function that runs the model once on fixed inputs."""
    feeds = make_feeds(path)
    if name == "onnxruntime":
        return make_onnxruntime(path, feeds, threads)
    if name.startswith("openvino"):
        return make_openvino(path, feeds, threads, "f32" if name == "openvino" else None)
    return make_trtlike(path, feeds, threads, "BF16" if name == "trtlike_bf16" else None)


def worker(name: str, path: str, threads: int) -> None:
    """Answers each line on standard input, a time in seconds, by the run times within it."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    start = time.perf_counter()
    try:
        run = make_engine(name, path, threads)
        run()
        message: dict[str, Any] = {"load_s": time.perf_counter() - start}
    except Exception as error:
        message = {"error": str(error).splitlines()[0] if str(error) else type(error).__name__}
    print(json.dumps(message), file=answers, flush=True)
    for line in sys.stdin:
        end, times = time.perf_counter() + float(line), []
        while time.perf_counter() < end or len(times) < 3:
            begin = time.perf_counter()
            run()
            times.append(time.perf_counter() - begin)
        print(json.dumps({"min_ms": min(times) * 1e3}), file=answers, flush=True)


def compare(path: Path, engines: list[str], options: argparse.Namespace) -> dict[str, dict]:
    """Minimum and median of the rounds' minimums, and the seconds to load, by engine."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    results, workers = {}, {}
    for name in engines:
        command = [sys.executable, __file__, "--worker", name, str(path), str(options.threads)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        line = process.stdout.readline()
        results[name] = json.loads(line) if line else {"error": "died"}
        if "error" not in results[name]:
            workers[name] = process
    rounds: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(options.rounds):
        for name, process in workers.items():
            process.stdin.write(f"{options.budget}\n")
            process.stdin.flush()
            rounds[name].append(json.loads(process.stdout.readline())["min_ms"])
    for name, process in workers.items():
        process.stdin.close()
        process.wait()
        results[name]["min_ms"] = min(rounds[name])
        results[name]["median_ms"] = statistics.median(rounds[name])
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--budget", type=float, default=0.3, help="seconds of a round")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    engines = options.engines.split(",")
    print(f"ms, minimum / median of {options.rounds} rounds, {options.threads} threads\n")
    print("| model | " + " | ".join(engines) + " |")
    print("|---|" + "---|" * len(engines), flush=True)
    table = {}
    for path in options.models:
        table[path.stem] = compare(path, engines, options)
        cells = [
            f"{row['min_ms']:.3f} / {row['median_ms']:.3f}" if "min_ms" in row else "-"
            for row in (table[path.stem][name] for name in engines)
        ]
        print(f"| {path.stem} | " + " | ".join(cells) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--worker":
        worker(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
