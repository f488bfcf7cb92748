"""Each step of an engine with its time, its arithmetic and memory rates, and its share of what the
machine can do: where the next thing to make faster is found by looking."""

import json
import statistics
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

import trtlike as trt

Layer = dict[str, Any]


class _Times(trt.IProfiler):
    """Times of each run, in the order of the plan; names need not differ."""

    def __init__(self) -> None:
        trt.IProfiler.__init__(self)
        self.reported: list[tuple[str, float]] = []

    def report_layer_time(self, layer_name: str, ms: float) -> None:
        self.reported.append((layer_name, ms))


def information(context: trt.IExecutionContext) -> dict[str, Any]:
    """The inspector's answer for the context's shapes. Raises ValueError for a plan that has no
    details."""
    inspector = context.engine.create_engine_inspector()
    inspector.execution_context = context
    answer = json.loads(inspector.get_engine_information(trt.LayerInformationFormat.JSON))
    if any(isinstance(layer, str) for layer in answer["Layers"]) or not answer["Layers"]:
        raise ValueError(
            "layers: expected a plan built with ProfilingVerbosity.DETAILED, got one without "
            "details. Build it with --profilingVerbosity=detailed."
        )
    return answer


def arena(context: trt.IExecutionContext) -> dict[str, int]:
    """Bytes of the arena and of its lower bound by liveness."""
    answer = information(context)
    return {
        "arena_bytes": answer["ArenaBytes"],
        "arena_lower_bound_bytes": answer["ArenaLowerBoundBytes"],
    }


def measure(context: trt.IExecutionContext, run: Callable[[], Any], runs: int) -> list[Layer]:
    """Layers that take part in a run, with the least time of several runs."""
    times = _Times()
    context.profiler = times
    try:
        for _ in range(runs):
            run()
    finally:
        context.profiler = None
    described = information(context)["Layers"]
    count = len(described)
    layers = []
    for i, layer in enumerate(described):
        ms = [time for _, time in times.reported[i::count]]
        if layer["TacticName"] in ("none", "view"):
            continue
        layers.append(
            {
                "name": layer["Name"],
                "type": layer["LayerType"],
                "tactic": layer["TacticName"],
                "inputs": [_operand(tensor) for tensor in layer["Inputs"]],
                "outputs": [_operand(tensor) for tensor in layer["Outputs"]],
                "ms": min(ms),
                "median_ms": statistics.median(ms),
                # Not told of steps whose extents the data say anew in each run.
                "operations": layer.get("Operations", 0),
                "bytes": layer.get("Bytes", 0),
                "slices": layer.get("Slices", []),
            }
        )
    return layers


def _operand(tensor: dict[str, Any]) -> str:
    kind = tensor["Format/Datatype"]
    layout = {"Row": "", "Channels": " nhwc", "Channel": " c16"}[kind.split()[0]]
    return f"{kind.split()[-1]}[{', '.join(map(str, tensor['Dimensions']))}]{layout}"


def peaks(threads: int) -> dict[str, float]:
    """What the machine reaches in loops that do nothing else, as plain numbers."""
    measured = trt.measure_peaks(threads)
    return {
        "threads": measured.threads,
        "fp32_gflops": measured.fp32_operations_per_s / 1e9,
        "bf16_gflops": measured.bf16_operations_per_s / 1e9,
        "read_gbs": measured.read_bytes_per_s / 1e9,
    }


def rates(layer: Layer, peak: dict[str, float]) -> dict[str, float]:
    """GFLOP/s, GB/s, and the share of the nearer peak. Products of BF16 operands are compared with
    the BF16 peak. Winograd and Strassen do less than the direct algorithm, so their share may pass
    1; so may that of a layer whose operands stay in the caches."""
    seconds = max(layer["ms"], 1e-6) * 1e-3
    gflops, gbs = layer["operations"] / seconds / 1e9, layer["bytes"] / seconds / 1e9
    multiplies = any(word in layer["type"] for word in ("Conv", "conv", "Matrix", "Attention"))
    is_bf16 = multiplies and peak["bf16_gflops"] > 0 and layer["inputs"][0].startswith("BF16")
    arithmetic = gflops / peak["bf16_gflops" if is_bf16 else "fp32_gflops"]
    return {
        "gflops": gflops,
        "gbs": gbs,
        "arithmetic_share": arithmetic,
        "memory_share": gbs / peak["read_gbs"],
        "peak_share": max(arithmetic, gbs / peak["read_gbs"]),
    }


def is_slow_reference(layer: Layer, total_ms: float) -> bool:
    """No fast tactic takes the step, and it takes long: the builder warns of the same."""
    return layer["tactic"] == "reference" and layer["ms"] > max(1.0, 0.05 * total_ms)


def show(layers: list[Layer], peak: dict[str, float], top: int, console: Console) -> None:
    """A table of the layers that take the most time. Threads share slices, phase by phase."""
    total = sum(layer["ms"] for layer in layers)
    console.print(
        f"{len(layers)} steps, {total:.3f} ms; peaks of {peak['threads']} threads: "
        f"{peak['fp32_gflops']:.0f} GFLOP/s FP32, {peak['bf16_gflops']:.0f} BF16, "
        f"{peak['read_gbs']:.1f} GB/s"
    )
    table = Table()
    for head in ("ms", "share", "GFLOP/s", "GB/s", "of peak", "slices"):
        table.add_column(head, justify="right", no_wrap=True)
    for head in ("step", "tactic", "operands"):
        table.add_column(head, overflow="fold")
    for layer in sorted(layers, key=lambda layer: -layer["ms"])[:top]:
        rate = rates(layer, peak)
        slow = is_slow_reference(layer, total)
        nearer = "compute" if rate["arithmetic_share"] >= rate["memory_share"] else "memory"
        table.add_row(
            f"{layer['ms']:.4f}",
            f"{layer['ms'] / total:.1%}",
            f"{rate['gflops']:.1f}",
            f"{rate['gbs']:.1f}",
            f"{rate['peak_share']:.0%} {nearer}",
            "+".join(map(str, layer["slices"])),
            layer["name"],
            layer["tactic"] + (" (slow)" if slow else ""),
            f"{', '.join(layer['inputs'])} -> {', '.join(layer['outputs'])}",
            style="red" if slow else None,
        )
    console.print(table)
    count = sum(is_slow_reference(layer, total) for layer in layers)
    if count:
        console.print(
            f"{count} of the steps run slowly as references: the builder's warnings say why faster "
            "tactics refuse them."
        )
