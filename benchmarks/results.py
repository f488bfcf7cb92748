"""Stored numbers of a comparison: reading them back with suspicion, ratios, means."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.names import BY_NAME, ENGINES, PEERS_OF, Engine

# More than this is another answer than the reference's, whatever the precision.
WRONG = 0.1

_POSITIVE = ("min_ms", "median_ms", "typical_ms", "load_s", "build_s")
_REQUIRED = ("min_ms", "median_ms", "load_s")
_SIZES = (
    "load_peak_mib",
    "build_peak_mib",
    "run_peak_mib",
    "arena_bytes",
    "arena_lower_bound_bytes",
)


class Nonsense(ValueError):
    """Numbers that no measurement can have given."""


@dataclass
class Row:
    """One engine on one model: numbers, or why there are none."""

    numbers: dict[str, Any]

    @property
    def refused(self) -> str | None:
        return self.numbers.get("refused")

    def get(self, key: str) -> float | None:
        value = self.numbers.get(key)
        return None if value is None else float(value)

    @property
    def error(self) -> float | None:
        return self.get("error")

    @property
    def is_wrong(self) -> bool:
        return self.error is not None and not self.error <= WRONG

    @property
    def layers(self) -> list[dict[str, Any]]:
        return self.numbers.get("layers", [])


@dataclass
class ModelRun:
    """All engines on one model with one number of threads."""

    model: str
    threads: int
    rows: dict[str, Row]

    def time(self, engine: str, statistic: str = "min_ms") -> float | None:
        row = self.rows.get(engine)
        return None if row is None or row.refused else row.get(statistic)

    def best_peer(self, precision: str, statistic: str = "min_ms") -> tuple[Engine, float] | None:
        """The fastest engine that is not ours and computes in this precision; wrong answers do not
        count."""
        times = []
        for engine in ENGINES:
            if engine.is_ours or engine.precision != PEERS_OF[precision]:
                continue
            time = self.time(engine.name, statistic)
            if time is not None and not self.rows[engine.name].is_wrong:
                times.append((time, engine))
        if not times:
            return None
        time, engine = min(times, key=lambda pair: pair[0])
        return engine, time

    def quotient(self, engine: str, other: str, statistic: str = "min_ms") -> float | None:
        """One engine's time over another's."""
        time, other_time = self.time(engine, statistic), self.time(other, statistic)
        return None if time is None or other_time is None else time / other_time

    def ratio(self, engine: str, statistic: str = "min_ms") -> float | None:
        """Time of the best peer over ours: above 1 is faster than every peer."""
        ours = self.time(engine, statistic)
        peer = self.best_peer(BY_NAME[engine].precision, statistic)
        return None if ours is None or peer is None else peer[1] / ours


@dataclass
class Results:
    machine: dict[str, Any]
    settings: dict[str, Any]
    runs: list[ModelRun] = field(default_factory=list)

    @property
    def engines(self) -> list[Engine]:
        """Those that appear, in the order of the table."""
        present = {name for run in self.runs for name in run.rows}
        return [engine for engine in ENGINES if engine.name in present]

    @property
    def threads(self) -> list[int]:
        return list(dict.fromkeys(run.threads for run in self.runs))

    @property
    def statistic(self) -> str:
        """What is compared: the best run, or the typical round beside a busy core."""
        return "median_ms" if self.settings.get("busy") else "min_ms"

    def ratios(self, engine: str, threads: int) -> dict[str, float]:
        out = {}
        for run in self.runs:
            ratio = run.ratio(engine, self.statistic) if run.threads == threads else None
            if ratio is not None:
                out[run.model] = ratio
        return out

    def to_json(self) -> dict[str, Any]:
        return {
            "machine": self.machine,
            "settings": self.settings,
            "runs": [
                {
                    "model": run.model,
                    "threads": run.threads,
                    "engines": {name: row.numbers for name, row in run.rows.items()},
                }
                for run in self.runs
            ],
        }


def geometric_mean(values: list[float]) -> float:
    """Raises Nonsense when there are none, or one is not positive."""
    if not values or any(not value > 0 or math.isinf(value) for value in values):
        raise Nonsense(f"geometric mean: expected positive numbers, got {values}")
    return math.exp(math.fsum(math.log(value) for value in values) / len(values))


def check_row(numbers: dict[str, Any], where: str) -> Row:
    """Raises Nonsense naming the engine, the number and what was expected."""
    row = Row(numbers)
    if row.refused is not None:
        return row
    for key in _REQUIRED:
        if key not in numbers:
            raise Nonsense(f"{where}: expected a number '{key}', got none")
    for key in (*_POSITIVE, *_SIZES):
        value = numbers.get(key)
        if value is None:
            continue
        least = 0 if key in _SIZES else math.ulp(0.0)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value < math.inf:
            raise Nonsense(f"{where}, {key}: expected a positive number, got {value!r}")
    if numbers["min_ms"] > numbers["median_ms"]:
        raise Nonsense(
            f"{where}: expected a minimum of at most the median {numbers['median_ms']}, "
            f"got {numbers['min_ms']}"
        )
    bound = row.get("arena_lower_bound_bytes")
    if bound is not None and (row.get("arena_bytes") or 0) < bound:
        raise Nonsense(f"{where}: expected an arena of at least {bound:g} bytes")
    return row


def parse(data: dict[str, Any]) -> Results:
    """Raises Nonsense for anything that to_json cannot have written."""
    for key, kind in (("machine", dict), ("settings", dict), ("runs", list)):
        if not isinstance(data.get(key), kind):
            raise Nonsense(f"results: expected a {kind.__name__} '{key}', got {data.get(key)!r}")
    runs, seen = [], set()
    for run in data["runs"]:
        name = (run["model"], run["threads"])
        if name in seen:
            raise Nonsense(f"results: expected model '{name[0]}' once for {name[1]} threads")
        seen.add(name)
        if not isinstance(run["threads"], int) or run["threads"] < 1:
            raise Nonsense(f"model '{name[0]}': expected a number of threads, got {name[1]!r}")
        rows = {}
        for engine, numbers in run["engines"].items():
            if engine not in BY_NAME:
                raise Nonsense(f"model '{name[0]}': expected a known engine, got '{engine}'")
            rows[engine] = check_row(numbers, f"model '{name[0]}', engine '{engine}'")
        runs.append(ModelRun(run["model"], run["threads"], rows))
    return Results(data["machine"], data["settings"], runs)


def read(path: Path) -> Results:
    return parse(json.loads(path.read_text()))
