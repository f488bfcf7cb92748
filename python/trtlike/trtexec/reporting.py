"""What trtexec prints and exports: latencies, layer times, layers, outputs."""

import json
import re
import statistics
from pathlib import Path

import numpy as np

import trtlike as trt
from trtlike.build_files import write_file
from trtlike.trtexec import timing
from trtlike.trtexec.console import Console
from trtlike.trtexec.options import Options

_PROFILED_RUNS = 20
_EXPLANATIONS = (
    "=== Explanations of the performance metrics ===",
    "Total Host Walltime: from the first run's begin to the last one's end, after the warm-up.",
    "GPU Compute Time: how long a run computes; here the CPU does.",
    "Total GPU Compute Time: the sum over all runs.",
    "Enqueue Time: how long it takes to hand a run to a device; zero, the caller computes.",
    "H2D Latency: how long inputs are copied to a device; zero, they are used where they lie.",
    "D2H Latency: how long outputs are copied back; zero, they are written where they belong.",
    "Latency: H2D Latency, GPU Compute Time and D2H Latency of a run together.",
    "Throughput: runs by Total Host Walltime.",
)


def percentile(ascending: list[float], percent: float) -> float:
    """TensorRT's pick: element max(n - 1 - floor((1 - p/100) n), 0) of the ascending list."""
    n = len(ascending)
    return ascending[max(n - 1 - int((100 - percent) * n / 100), 0)]


def summary(name: str, times_ms: list[float], percentages: list[float]) -> str:
    """ "Latency: min = a ms, max = b ms, ..." """
    ascending = sorted(times_ms)
    parts = [
        f"min = {ascending[0]:.6g} ms",
        f"max = {ascending[-1]:.6g} ms",
        f"mean = {statistics.fmean(ascending):.6g} ms",
        f"median = {statistics.median(ascending):.6g} ms",
    ]
    parts += [f"percentile({p:g}%) = {percentile(ascending, p):.6g} ms" for p in percentages]
    return f"{name}: " + ", ".join(parts)


def performance(trace: timing.Trace, chosen: Options, console: Console) -> None:
    """Prints the trace's averages and the performance summary; exports the times."""
    latencies = list(trace.latencies_ms)
    console.info("=== Trace details ===")
    console.info(f"Trace averages of {chosen.avg_runs} runs:")
    for i in range(0, len(latencies) - chosen.avg_runs + 1, chosen.avg_runs):
        mean = statistics.fmean(latencies[i : i + chosen.avg_runs])
        console.info(
            f"Average on {chosen.avg_runs} runs - GPU latency: {mean:.6g} ms - "
            f"Host latency: {mean:.6g} ms (enqueue 0 ms)"
        )
    nothing = [0.0] * len(latencies)
    console.info("=== Performance summary ===")
    console.info(f"Throughput: {len(latencies) / trace.wall_s:.6g} qps")
    for name, times in (
        ("Latency", latencies),
        ("Enqueue Time", nothing),
        ("H2D Latency", nothing),
        ("GPU Compute Time", latencies),
        ("D2H Latency", nothing),
    ):
        console.info(summary(name, times, chosen.percentile))
    console.info(f"Total Host Walltime: {trace.wall_s:.6g} s")
    console.info(f"Total GPU Compute Time: {sum(latencies) / 1e3:.6g} s")
    variance = statistics.pstdev(latencies) / statistics.fmean(latencies)
    if variance > 0.025:
        console.warning(
            f"* Compute time is unstable, with coefficient of variance = {variance * 100:.3g}%."
        )
    if chosen.streams > 1:
        console.warning(
            "* Throughput is that of all streams together; latencies are those of runs that "
            "share the CPU."
        )
    console.info("Explanations of the performance metrics are printed in the verbose logs.")
    for line in _EXPLANATIONS if chosen.verbose else ():
        console.log(trt.ILogger.VERBOSE, line)
    if chosen.export_times:
        _export(
            chosen.export_times,
            [_times_record(s, e) for s, e in zip(trace.starts, trace.ends, strict=True)],
        )


def _times_record(start: float, end: float) -> dict[str, float]:
    begin, finish = start * 1e3, end * 1e3
    return {
        "startEnqMs": begin,
        "endEnqMs": finish,
        "startH2dMs": begin,
        "endH2dMs": begin,
        "startComputeMs": begin,
        "endComputeMs": finish,
        "startD2hMs": finish,
        "endD2hMs": finish,
        "h2dMs": 0.0,
        "computeMs": finish - begin,
        "d2hMs": 0.0,
        "latencyMs": finish - begin,
    }


def profile(runner: timing.Runner, chosen: Options, console: Console) -> None:
    """Prints and exports the times of the layers."""
    if not chosen.dump_profile and not chosen.export_profile:
        return
    times = timing.profile(runner, _PROFILED_RUNS)
    total = sum(sum(t) for t in times.values())
    rows = [
        {
            "name": name,
            "timeMs": sum(t),
            "averageMs": statistics.fmean(t),
            "medianMs": statistics.median(t),
            "percentage": 100 * sum(t) / total,
        }
        for name, t in times.items()
    ]
    if chosen.dump_profile:
        console.info(f"=== Profile ({_PROFILED_RUNS} iterations ) ===")
        console.info(f"{'Time(ms)':>12}{'Avg.(ms)':>12}{'Median(ms)':>12}{'Time(%)':>9}  Layer")
        for row in rows:
            console.info(
                f"{row['timeMs']:12.2f}{row['averageMs']:12.4f}{row['medianMs']:12.4f}"
                f"{row['percentage']:9.1f}  {row['name']}"
            )
        console.info(f"{total:12.2f}{total / _PROFILED_RUNS:12.4f}{'':12}{100:9.1f}  Total")
    if chosen.export_profile:
        _export(chosen.export_profile, [{"count": _PROFILED_RUNS}, *rows])


def layer_info(engine: trt.ICudaEngine, chosen: Options, console: Console) -> None:
    """Prints and exports the engine's layers."""
    inspector = engine.create_engine_inspector()
    if chosen.dump_layer_info:
        console.info("Layer Information:")
        for line in inspector.get_engine_information(
            trt.LayerInformationFormat.ONELINE
        ).splitlines():
            console.info(line)
    if chosen.export_layer_info:
        text = inspector.get_engine_information(trt.LayerInformationFormat.JSON)
        write_file(Path(chosen.export_layer_info), text.encode())


def optimization_profiles(engine: trt.ICudaEngine, chosen: Options, console: Console) -> None:
    """Prints the shapes of each input in each profile."""
    if not chosen.dump_optimization_profile:
        return
    console.info("Optimization Profiles:")
    names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
    for index in range(engine.num_optimization_profiles):
        for name in names:
            if engine.get_tensor_mode(name) != trt.TensorIOMode.INPUT:
                continue
            ends = engine.get_tensor_profile_shape(name, index)
            low, opt, high = ("x".join(map(str, tuple(end))) for end in ends)
            console.info(f"Model input {name} (profile {index}): min={low}, opt={opt}, max={high}")


def raw_bindings(runner: timing.Runner, chosen: Options, console: Console) -> None:
    """Writes the elements of inputs and outputs to files of the working folder."""
    if not chosen.dump_raw_bindings_to_file:
        return
    for mode, arrays in (("input", runner.inputs), ("output", runner.outputs)):
        for name, array in arrays.items():
            safe = re.sub(r"[^\w.-]", "_", name)
            path = f"{safe}.{mode}.{'.'.join(map(str, array.shape))}.{array.dtype}.raw"
            write_file(Path(path), array.tobytes())
            console.info(f"Wrote {name} to {path}")


def outputs(runner: timing.Runner, chosen: Options, console: Console) -> None:
    """Prints and exports the outputs of the last run."""
    for name, array in runner.outputs.items():
        if chosen.dump_output:
            console.info(f"{name}: ({'x'.join(map(str, array.shape))})")
            console.info(np.array2string(array.reshape(-1), threshold=64))
    if chosen.export_output:
        records = [
            {
                "name": name,
                "dimensions": "x".join(map(str, a.shape)),
                "values": a.reshape(-1).tolist(),
            }
            for name, a in runner.outputs.items()
        ]
        _export(chosen.export_output, records)


def _export(path: str, records: list) -> None:
    write_file(Path(path), json.dumps(records, indent=1).encode())
