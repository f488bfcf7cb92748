"""FP32 and INT8 side by side on data, as a function."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from trtlike.accuracy.engines import Model
from trtlike.accuracy.measuring import (
    Judge,
    Layer,
    Metric,
    find_layers,
    measure_noise,
    measure_times,
    top1,
    total_ms,
)
from trtlike.accuracy.search import Assignment, Item, Progress, Search, front
from trtlike.calibration import Batch, CalibrationCache, calibrate

_METHODS = ("entropy", "minmax", "percentile", "mse")
_HELD_OUT = 4


@dataclass
class Comparison:
    """What `compare` found.

    `layers` are in the order of the network, `ranking` those that compute in INT8 with the one
    first whose return to FP32 wins most; the first `tried` of them were tried. `fp32` and `int8`
    are the two ends, `tries` every assignment in between, and `chosen` the fastest one found
    within `budget`."""

    layers: list[Layer]
    ranking: list[Layer]
    tried: int
    fp32: Assignment
    int8: Assignment
    tries: list[Assignment]
    budget: float | None
    chosen: Assignment | None
    cache: CalibrationCache

    @property
    def front(self) -> list[Assignment]:
        """Assignments that no other one beats in both time and error."""
        return front(self.tries)


def _quietly(items: Sequence[Item], what: str) -> Iterable[Item]:
    return items


def parse_budget(budget: float | str) -> float:
    """0.005 or "0.5%" as 0.005. Raises ValueError."""
    try:
        text = str(budget).strip()
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ValueError(f"[accuracy] budget: expected a part such as 0.5% or 0.005, got {budget}.")
    return number


def compare(
    onnx: str | os.PathLike | bytes,
    cache: CalibrationCache | str | os.PathLike,
    data: Iterable[Batch] | str | os.PathLike,
    labels: np.ndarray | None = None,
    *,
    budget: float | str | None = None,
    batch_size: int = 1,
    metric: Metric = top1,
    most: int = 20,
    runs: int = 20,
    level: int = 3,
    progress: Progress = _quietly,
) -> Comparison:
    """Runs a network in FP32 and in INT8 on the same data and says where the error comes from.

    Args:
        onnx: A model file, or its bytes.
        cache: A calibration cache or its file.
        data: Arrays (one input), lists of arrays in the order of the inputs, or dicts by name; or
            an .npz file with samples along the first axis.
        labels: One a sample, for the score of the first output.
        budget: How much of the score INT8 may lose ("0.5%", in points), or without labels the
            relative error of the outputs that it may have: finds which layers to keep in FP32.
        batch_size: Samples a batch, of an .npz file and inputs of any batch size.
        metric: The score of outputs and labels; top-1 unless another is given.
        most: Layers to try in FP32, of those with the most noise.
        runs: Runs that times are the least of.
        level: The builder's optimization level of engines that are timed; errors are those of
            level 0.
        progress: Passes items on and shows that it does, as `rich.progress.track`.

    Raises:
        ValueError: The model, the cache, the data or the labels cannot be used; the message says
            why.
    """
    limit = None if budget is None else parse_budget(budget)
    if not isinstance(cache, CalibrationCache):
        cache = CalibrationCache.load(cache)
    model = Model(onnx, data, batch_size)
    model.check_cache(cache)
    judge = Judge(model, None if labels is None else np.asarray(labels), metric)
    layers = find_layers(model, cache)
    if not any(layer.is_product for layer in layers):
        raise ValueError(
            "[accuracy] model: expected layers that INT8 computes, got none. The cache has no "
            "scale of what convolutions and products read."
        )
    measure_noise(model, cache, layers, lambda batches: progress(batches, "tensors"))  # type: ignore
    fp32_ms, int8_ms = measure_times(model, cache, layers, runs, level)
    search = Search(model, cache, judge, layers, int8_ms)
    ranking = search.rank(layers, most, progress)
    chosen = None
    if limit is not None:
        chosen = search.within(limit, ranking, progress)
        if chosen.fp32:
            engine = model.build(cache, fp32=chosen.fp32, level=level)
            chosen.ms = total_ms(engine, model.largest, runs)
        chosen.is_measured = True
    everything = tuple(sorted(layer.name for layer in ranking))
    exact = Assignment(everything, 0.0, judge.score, 0.0, fp32_ms, True)
    search.tried[frozenset(everything)] = exact
    plain = search.attempt(())
    plain.is_measured = True
    return Comparison(
        layers,
        ranking,
        min(most, len(ranking)),
        exact,
        plain,
        list(search.tried.values()),
        limit,
        chosen,
        cache,
    )


def choose_method(
    onnx: str | os.PathLike | bytes,
    batches: Sequence[Batch],
    methods: Sequence[str] = _METHODS,
    percentile: float = 99.99,
) -> tuple[str, CalibrationCache, dict[str, float]]:
    """The method of calibration that loses least, told by the calibration data alone.

    Each method calibrates on three batches of four; the relative error of the outputs on the
    others decides. Returns the method, its cache from all batches, and every method's error.

    Raises:
        ValueError: There are fewer than two batches, or the model or the data cannot be used.
    """
    if len(batches) < 2:
        raise ValueError(
            f"[accuracy] batches: expected at least 2 to choose a method by, got {len(batches)}."
        )
    every = min(_HELD_OUT, len(batches))
    held_out = list(batches[every - 1 :: every])
    seen = [batch for i, batch in enumerate(batches) if i % every != every - 1]
    judge = Judge(Model(onnx, held_out), None)
    errors = {}
    for method in methods:
        cache = calibrate(judge.model.onnx, seen, method=method, percentile=percentile)
        errors[method] = judge.judge(judge.model.build(cache)).error
    best = min(errors, key=errors.__getitem__)
    cache = calibrate(judge.model.onnx, batches, method=best, percentile=percentile)
    return best, cache, errors
