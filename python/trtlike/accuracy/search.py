"""Which layers to keep in FP32: what each wins, and the fastest assignment within a budget."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from trtlike.accuracy.engines import Model
from trtlike.accuracy.measuring import Judge, Layer, Outcome
from trtlike.calibration import CalibrationCache

Item = TypeVar("Item")
Progress = Callable[[Sequence[Item], str], Iterable[Item]]

# Of differences of scores, which are themselves exact to a part of a sample.
_ROUNDING = 1e-9


@dataclass
class Assignment:
    """Layers kept in FP32, what that gives, and the time: INT8's with the costs of those layers
    added, until `is_measured`."""

    fp32: tuple[str, ...]
    error: float
    score: float | None
    loss: float
    ms: float
    is_measured: bool = False


class Search:
    """Tries assignments, each once."""

    def __init__(
        self,
        model: Model,
        cache: CalibrationCache,
        judge: Judge,
        layers: Sequence[Layer],
        int8_ms: float,
    ) -> None:
        self.model, self.cache, self.judge, self.int8_ms = model, cache, judge, int8_ms
        self.costs = {layer.name: layer.cost_ms for layer in layers}
        self.tried: dict[frozenset[str], Assignment] = {}

    def attempt(self, fp32: Iterable[str]) -> Assignment:
        """The outcome of an assignment. All layers in FP32 are the FP32 network."""
        names = frozenset(fp32)
        if names not in self.tried:
            if names >= set(self.costs):
                outcome = Outcome(0.0, self.judge.score)
            else:
                outcome = self.judge.judge(self.model.build(self.cache, fp32=names))
            ms = self.int8_ms + sum(self.costs[name] for name in names)
            self.tried[names] = Assignment(
                tuple(sorted(names)), outcome.error, outcome.score, self.judge.loss(outcome), ms
            )
        return self.tried[names]

    def rank(self, layers: Sequence[Layer], most: int, progress: Progress) -> list[Layer]:
        """Layers, those first whose return to FP32 wins most. The `most` with the most noise are
        tried; the others follow by their noise."""
        noisy = sorted((layer for layer in layers if layer.is_product), key=lambda x: x.sqnr_db)
        plain = self.attempt(())
        for layer in progress(noisy[:most], "layers returned to FP32"):
            outcome = self.attempt([layer.name])
            layer.error_win = plain.error - outcome.error
            if plain.score is not None and outcome.score is not None:
                layer.score_win = outcome.score - plain.score
        tried = sorted(noisy[:most], key=lambda layer: -(layer.error_win or 0.0))
        return tried + noisy[most:]

    def within(self, budget: float, ranking: Sequence[Layer], progress: Progress) -> Assignment:
        """Layers are returned to FP32 in the order of the ranking until the budget holds; then
        those that it holds without go back to INT8, the most expensive first. The fastest of all
        that were tried is taken."""
        limit = budget + _ROUNDING
        chosen: list[str] = []
        found = self.attempt(())
        for layer in progress(ranking, f"within {budget:g}"):
            if found.loss <= limit:
                break
            chosen.append(layer.name)
            found = self.attempt(chosen)
        for name in sorted(chosen, key=lambda name: -self.costs[name]):
            fewer = [other for other in found.fp32 if other != name]
            if self.costs[name] > 0 and (attempt := self.attempt(fewer)).loss <= limit:
                found = attempt
        return min((a for a in self.tried.values() if a.loss <= limit), key=lambda a: a.ms)


def front(assignments: Iterable[Assignment]) -> list[Assignment]:
    """Those that no other one beats in both time and error, the fastest first."""
    kept: list[Assignment] = []
    for one in sorted(assignments, key=lambda a: (a.ms, a.error)):
        if not kept or one.error < kept[-1].error:
            kept.append(one)
    return kept
