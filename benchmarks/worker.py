"""A process with one engine: answers each request, a line of JSON on standard input, by one line.

python -m benchmarks.worker '{"engine": ..., "model": ..., "feeds": ..., "outputs": ...}'
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.engines import Job, Refusal, Session, build_trtlike, import_engine, load
from benchmarks.names import BY_NAME

_FEWEST_RUNS = 3


def peak_mib() -> float | None:
    """The most memory that the process has held since the last reset_peak."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return None


def reset_peak() -> bool:
    """False where the system does not let it."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        return False
    return True


def time_runs(run: Callable[[], Any], budget_s: float) -> dict[str, float]:
    """Runs for a while, after one run that does not count."""
    run()
    times: list[float] = []
    end = time.perf_counter() + budget_s
    while time.perf_counter() < end or len(times) < _FEWEST_RUNS:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    times.sort()
    return {"min_ms": times[0] * 1e3, "median_ms": times[len(times) // 2] * 1e3, "runs": len(times)}


def build(job: Job) -> dict[str, Any]:
    begin = time.perf_counter()
    build_trtlike(job)
    return {"build_s": time.perf_counter() - begin, "build_peak_mib": peak_mib()}


def start(job: Job, outputs: str) -> tuple[Session, dict[str, Any]]:
    """Loads, runs once, and keeps what came out."""
    begin = time.perf_counter()
    session = load(job)
    first = session.run()
    message: dict[str, Any] = {"load_s": time.perf_counter() - begin, "load_peak_mib": peak_mib()}
    np.savez(outputs, *[np.asarray(array) for array in first])
    if reset_peak():
        for _ in range(_FEWEST_RUNS):
            session.run()
        message["run_peak_mib"] = peak_mib()
    return session, message | session.facts()


def answer(session: Session, request: dict[str, Any]) -> Any:
    if "budget_s" in request:
        return time_runs(session.run, request["budget_s"])
    if session.layers is None:
        return []
    return session.layers(request["layer_runs"])


def main(text: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what an engine prints must not mix with the answers

    def say(message: Any) -> None:
        print(json.dumps(message), file=answers, flush=True)

    request = json.loads(text)
    outputs, builds = request.pop("outputs"), request.pop("build", False)
    with np.load(request.pop("feeds")) as file:
        job = Job(feeds=dict(file.items()), **request)
    try:
        import_engine(BY_NAME[job.engine].package)
        if builds:
            say(build(job))
            return
        session, message = start(job, outputs)
    except Exception as error:
        lines = str(error).strip().splitlines()
        known = "" if isinstance(error, Refusal) else f"{type(error).__name__}: "
        say({"refused": (known + (lines[0] if lines else "no reason given"))[:200]})
        return
    say(message)
    for line in sys.stdin:
        say(answer(session, json.loads(line)))


if __name__ == "__main__":
    main(sys.argv[1])
