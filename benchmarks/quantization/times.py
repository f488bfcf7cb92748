"""Engines on a quantized model in turns, with what trtlike makes of the model that it was."""

import math
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rounds import Died, Worker, make_feeds

_LOAD_S = 900


@dataclass(frozen=True)
class Entry:
    label: str
    engine: str
    is_quantized: bool

    @property
    def is_ours(self) -> bool:
        return self.engine.startswith("trtlike")


ENTRIES = (
    Entry("ONNX Runtime", "onnxruntime", True),
    Entry("OpenVINO", "openvino_default", True),
    Entry("trtlike INT8", "trtlike", True),
    Entry("trtlike INT8 and BF16", "trtlike_bf16", True),
    Entry("trtlike FP32", "trtlike", False),
    Entry("trtlike BF16", "trtlike_bf16", False),
)
_PEERS = slice(0, 2)
_INT8, _INT8_AND_BF16, _FP32, _BF16 = range(2, 6)


class Contest:
    """A process an entry, which keeps its model while it waits for its turn."""

    def __init__(self, quantized: Path, source: Path, threads: int, folder: Path):
        self._feeds = folder / "feeds.npz"
        np.savez(self._feeds, **make_feeds(source))  # type: ignore[arg-type]
        self.facts: list[dict[str, Any]] = []
        self._workers: list[Worker | None] = []
        for i, entry in enumerate(ENTRIES):
            job = {
                "engine": entry.engine,
                "model": str(quantized if entry.is_quantized else source),
                "feeds": str(self._feeds),
                "outputs": str(folder / f"{i}.npz"),
                "threads": threads,
                "plan": str(folder / f"{i}.plan"),
            }
            self._start(job, entry)

    def _start(self, job: dict[str, Any], entry: Entry) -> None:
        facts: dict[str, Any] = {}
        for request in [job | {"build": True}] * entry.is_ours + [job]:
            if "refused" in facts:
                break
            worker = Worker(request)
            try:
                facts |= worker.read(_LOAD_S)
            except Died as error:
                facts["refused"] = str(error)
            if "build" in request or "refused" in facts:
                worker.close()
        self.facts.append(facts)
        self._workers.append(None if "refused" in facts else worker)

    def least_ms(self, rounds: int, budget_s: float) -> list[float]:
        times = [math.inf] * len(ENTRIES)
        for _ in range(rounds):
            for i, worker in enumerate(self._workers):
                if worker is not None:
                    times[i] = min(times[i], worker.ask({"budget_s": budget_s})["min_ms"])
        return times

    def close(self) -> None:
        for worker in self._workers:
            if worker is not None:
                worker.close()


def print_table(pairs: list[tuple[Path, Path]], threads: int, rounds: int, budget_s: float) -> None:
    """Pairs of a quantized model and the one that it was. OpenVINO computes what is not quantized
    in BF16 where the machine has it, as the build with both flags may."""
    titles = [f"{entry.label} ms" for entry in ENTRIES]
    print(
        f"\n{threads} threads; ratios are of the better peer to INT8 and to INT8 and BF16, to BF16 "
        "and to FP32 those of INT8 to the model that it was, plan bytes are to those of FP32\n"
    )
    print("| model |", " | ".join(titles), "| ratio | with BF16 | to BF16 | to FP32 | plan bytes |")
    print("|---" * (len(titles) + 6) + "|")
    ratios: dict[int, list[float]] = {_INT8: [], _INT8_AND_BF16: []}
    for quantized, source in pairs:
        with tempfile.TemporaryDirectory(prefix="trtlike-bench-") as folder:
            contest = Contest(quantized, source, threads, Path(folder))
            try:
                times = contest.least_ms(rounds, budget_s)
            finally:
                contest.close()
        sizes = [facts.get("plan_bytes", math.nan) for facts in contest.facts]
        for own, found in ratios.items():
            found.append(min(times[_PEERS]) / times[own])
        cells = [f"{t:.3f}" if math.isfinite(t) else "-" for t in times]
        cells += [f"{found[-1]:.2f}" for found in ratios.values()]
        cells += [f"{times[other] / times[_INT8]:.2f}" for other in (_BF16, _FP32)]
        print(f"| {source.stem} |", " | ".join(cells), f"| {sizes[_INT8] / sizes[_FP32]:.3f} |")
        for entry, facts in zip(ENTRIES, contest.facts, strict=True):
            if "refused" in facts:
                print(f"{source.stem}, {entry.label}: {facts['refused']}")
        sys.stdout.flush()
    for own, found in ratios.items():
        finite = [ratio for ratio in found if math.isfinite(ratio)]
        if finite:
            mean = math.exp(sum(map(math.log, finite)) / len(finite))
            print(
                f"\n{ENTRIES[own].label}: geometric mean {mean:.2f}, the least {min(finite):.2f}."
            )
