"""Takes turns: a round of one engine, then one of the other; says the least time of each."""

import argparse
import math
import time
from collections.abc import Callable

import numpy as np
import onnxruntime

import trtlike as trt
from benchmarks.operators.cases import CASES, Case

Run = Callable[[], dict[str, np.ndarray]]


def run_by_trtlike(case: Case, threads: int) -> Run:
    log = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(log)
    builder.max_threads = threads
    network = builder.create_network()
    parser = trt.OnnxParser(network, log)
    if not parser.parse(case.model()):
        raise SystemExit(parser.get_error(0).desc())
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    if plan is None:
        raise SystemExit(f"{case.op} was not built")
    engine = trt.Runtime(log).deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    feeds = case.feeds()
    return lambda: context.infer(feeds)  # type: ignore[attr-defined, no-any-return]


def run_by_onnxruntime(case: Case, threads: int) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        case.model(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    feeds = case.feeds()
    return lambda: dict(zip(names, session.run(names, feeds), strict=True))


def least_ms(run: Run, seconds: float) -> float:
    best, end = math.inf, time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        run()
        best = min(best, time.perf_counter() - start)
    return best * 1e3


def difference(got: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> float:
    """The largest, relative to the largest magnitude; infinite for other shapes."""
    worst = 0.0
    for name, array in expected.items():
        if got[name].shape != array.shape:
            return math.inf
        wide = array.astype(np.float64)
        scale = max(float(np.abs(wide).max(initial=0)), 1e-30)
        off = float(np.abs(got[name].astype(np.float64) - wide).max(initial=0))
        worst = max(worst, off / scale)
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.operators", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the names of cases; all without one")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="of a round")
    arguments = parser.parse_args()
    print("| operator | ONNX Runtime ms | trtlike ms | ratio | difference |\n|---|---|---|---|---|")
    ratios = []
    for name, make in CASES.items():
        if arguments.names and not any(part in name for part in arguments.names):
            continue
        case = make()
        peer = run_by_onnxruntime(case, arguments.threads)
        own = run_by_trtlike(case, arguments.threads)
        off = difference(own(), peer())
        times = [math.inf, math.inf]
        for _ in range(arguments.rounds):
            for i, run in enumerate((peer, own)):
                times[i] = min(times[i], least_ms(run, arguments.seconds))
        ratios.append(times[0] / times[1])
        print(
            f"| {name} | {times[0]:.3f} | {times[1]:.3f} | {ratios[-1]:.2f} | {off:.1e} |",
            flush=True,
        )
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print(f"\nGeometric mean of the ratios {mean:.2f}, the least {min(ratios):.2f}.")


if __name__ == "__main__":
    main()
