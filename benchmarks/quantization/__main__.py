"""Quantized models of well-known topologies: makes them as ONNX Runtime's quantizer does, times
engines on them, and says how far their numbers are from the graph's own.

    python -m benchmarks.quantization prepare [MODEL...] [--out DIR] [--per-tensor]
    python -m benchmarks.quantization times   [MODEL...] [--threads 1,2] [--rounds 5]
    python -m benchmarks.quantization numbers [MODEL...] [--threads 2] [--draws 32]
    python -m benchmarks.quantization weights [--threads 2] [--rounds 5]

A MODEL is an ONNX file or the name of a topology; what was not made before is made first.
Photographs calibrate and are looked at where they are (TRTLIKE_ASSETS), else random numbers, which
say how alike engines are and not how accurate.
"""

import argparse
from pathlib import Path

from benchmarks import prepare
from benchmarks.__main__ import parse_threads
from benchmarks.quantization import models, numbers, times, weights
from benchmarks.rounds import ROOT


def main() -> None:
    p = argparse.ArgumentParser(
        "benchmarks.quantization",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("command", choices=["prepare", "times", "numbers", "weights"])
    p.add_argument("models", nargs="*", metavar="MODEL")
    p.add_argument("--out", type=Path, default=ROOT / "build" / "bench" / "quantized")
    p.add_argument("--model-folder", type=Path, default=ROOT / "build" / "bench" / "models")
    p.add_argument("--per-tensor", action="store_true")
    p.add_argument("--threads", type=parse_threads, default=[2], metavar="N,...")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--budget", type=float, default=0.3, help="seconds of a round")
    p.add_argument("--draws", type=int, default=32)
    chosen = p.parse_args()
    if chosen.command == "weights":
        for threads in chosen.threads:
            weights.print_table(threads, chosen.rounds, chosen.budget)
        return
    items = prepare.parse_items(chosen.models or models.NAMES, chosen.model_folder)
    pairs = []
    for item in items:
        path = models.quantized_path(item.path, chosen.out, not chosen.per_tensor)
        if not path.exists():
            prepare.make_models([item], chosen.model_folder, print)
            print(f"{item.name}: quantize", flush=True)
            models.quantize(item.path, chosen.out, not chosen.per_tensor)
        pairs.append((path, item.path))
    if chosen.command == "times":
        for threads in chosen.threads:
            times.print_table(pairs, threads, chosen.rounds, chosen.budget)
    elif chosen.command == "numbers":
        numbers.print_table([path for path, _ in pairs], chosen.threads[-1], chosen.draws)


if __name__ == "__main__":
    main()
