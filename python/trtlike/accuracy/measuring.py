"""Numbers of engines side by side: noise, saturation and range by tensor, error of the outputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from trtlike.accuracy.engines import Engine, Feeds, Model, is_integer
from trtlike.calibration import CalibrationCache

Metric = Callable[[np.ndarray, np.ndarray], float]

_STEPS = 127
_LARGEST_DB = 200.0


@dataclass
class Layer:
    """A layer of the network that INT8 changes, with the tensor that leaves it.

    `name` is the layer to set a precision of, or an input. `sqnr_db` is the power of the FP32
    tensor over that of the INT8 engine's difference from it, `saturation` the part of FP32 values
    beyond `range`, the largest that the cache keeps; `largest` is the largest there is. What
    returning the layer to FP32 wins is told where it was tried: `error_win` in relative error of
    the outputs, `score_win` in the score. `cost_ms` is FP32's time less INT8's."""

    name: str
    tensor: str
    is_product: bool
    sqnr_db: float = 0.0
    saturation: float = 0.0
    range: float = 0.0
    largest: float = 0.0
    fp32_ms: float | None = None
    int8_ms: float | None = None
    error_win: float | None = None
    score_win: float | None = None

    @property
    def cost_ms(self) -> float:
        """0 where a time is not known."""
        return 0.0 if self.fp32_ms is None or self.int8_ms is None else self.fp32_ms - self.int8_ms


@dataclass
class _Sums:
    signal: float = 0.0
    noise: float = 0.0
    count: int = 0
    beyond: int = 0
    largest: float = 0.0

    def add(self, exact: np.ndarray, other: np.ndarray, limit: float) -> None:
        wide, magnitude = exact.astype(np.float64), np.abs(exact)
        self.signal += float((wide**2).sum())
        self.noise += float(((wide - other) ** 2).sum())
        self.count += exact.size
        # The largest number of a cache by its maximum is its range but for a rounding.
        self.beyond += int((magnitude > limit * (1 + 1e-6)).sum())
        self.largest = max(self.largest, float(magnitude.max(initial=0)))

    @property
    def sqnr_db(self) -> float:
        if self.noise == 0:
            return _LARGEST_DB
        with np.errstate(divide="ignore"):
            return min(float(10 * np.log10(self.signal / self.noise)), _LARGEST_DB)


def top1(outputs: np.ndarray, labels: np.ndarray) -> float:
    """The part of samples whose largest score is the label's."""
    return float((outputs.reshape(len(outputs), -1).argmax(1) == labels).mean())


@dataclass
class Outcome:
    """Error of the outputs against FP32's, relative to their size, and the score."""

    error: float
    score: float | None


@dataclass
class Judge:
    """What engines give on the data against what FP32 gives."""

    model: Model
    labels: np.ndarray | None
    metric: Metric = top1
    exact: dict[str, np.ndarray] = field(init=False)
    score: float | None = field(init=False)

    def __post_init__(self) -> None:
        self.exact = self.run(self.model.build(None))
        if self.labels is not None:
            first = self.exact[self.model.outputs[0]]
            samples = len(first) if first.ndim else 0
            if samples != len(self.labels):
                raise ValueError(
                    f"[accuracy] labels: expected one for each of {samples} samples, got "
                    f"{len(self.labels)}."
                )
        self.score = self._score(self.exact)

    def run(self, engine: Engine) -> dict[str, np.ndarray]:
        """The network's outputs on all data, joined along the first axis."""
        parts: dict[str, list[np.ndarray]] = {name: [] for name in self.model.outputs}
        for feeds in self.model.batches:
            got = engine.run(feeds)
            for name, list_of in parts.items():
                list_of.append(np.atleast_1d(got[name]).copy())
        return {name: np.concatenate(arrays) for name, arrays in parts.items()}

    def judge(self, engine: Engine) -> Outcome:
        outputs = self.run(engine)
        error = max(relative_error(self.exact[name], outputs[name]) for name in outputs)
        return Outcome(error, self._score(outputs))

    def loss(self, outcome: Outcome) -> float:
        """What a budget bounds: the loss of the score where there are labels, else the error."""
        if self.score is None or outcome.score is None:
            return outcome.error
        return self.score - outcome.score

    def _score(self, outputs: dict[str, np.ndarray]) -> float | None:
        if self.labels is None:
            return None
        return self.metric(outputs[self.model.outputs[0]], self.labels)


def relative_error(exact: np.ndarray, other: np.ndarray) -> float:
    """The difference's norm over that of the exact numbers."""
    wide = exact.astype(np.float64)
    size, difference = np.linalg.norm(wide), np.linalg.norm(wide - other)
    if size == 0:
        return 0.0 if difference == 0 else float("inf")
    return float(difference / size)


def find_layers(model: Model, cache: CalibrationCache) -> list[Layer]:
    """What an INT8 engine computes from integers, and the inputs that it quantizes."""
    found = [
        Layer(tensor.name, tensor.name, False)
        for tensor in model.inputs
        if tensor.name in cache.scales
    ]
    for step in model.build(cache).steps(model.largest):
        names = model.names_in(step)
        products = [name for name in names if name in model.products] if is_integer(step) else []
        tensors = [
            tensor
            for name in sorted(names, key=model.layers.__getitem__)
            for tensor in model.tensors[name]
            if tensor in cache.scales
        ]
        if products:
            own = model.tensors[max(names, key=model.layers.__getitem__)][0]
            tensor = tensors[-1] if tensors else own
            found += [Layer(name, tensor, True) for name in products]
    return list({layer.name: layer for layer in found}.values())


def measure_noise(
    model: Model,
    cache: CalibrationCache,
    layers: Sequence[Layer],
    progress: Callable[[Sequence[Feeds]], Sequence[Feeds]] = lambda batches: batches,
) -> None:
    """Sets noise, saturation and range of each layer's tensor, from one build of each kind that
    gives the tensors as outputs."""
    names = {layer.tensor for layer in layers} - {tensor.name for tensor in model.inputs}
    exact, quantized = model.build(None, outputs=names), model.build(cache, outputs=names)
    sums = {layer.tensor: _Sums() for layer in layers}
    for feeds in progress(model.batches):
        right, other = exact.run(feeds) | feeds, quantized.run(feeds)
        for name, sum_of in sums.items():
            limit = cache.scales.get(name, np.inf) * _STEPS
            if name in feeds:
                other[name] = _rounded(feeds[name], cache.scales[name])
            sum_of.add(right[name], other[name], limit)
    for layer in layers:
        found = sums[layer.tensor]
        layer.sqnr_db = found.sqnr_db
        layer.saturation = found.beyond / max(found.count, 1)
        layer.range = cache.scales.get(layer.tensor, float("nan")) * _STEPS
        layer.largest = found.largest


def _rounded(numbers: np.ndarray, scale: float) -> np.ndarray:
    return np.clip(np.rint(numbers / scale), -_STEPS - 1, _STEPS) * scale


def measure_times(
    model: Model, cache: CalibrationCache, layers: Sequence[Layer], runs: int, level: int
) -> tuple[float, float]:
    """Sets each layer's time in both engines, that of the steps that compute it. Returns the
    milliseconds of all steps of FP32 and of INT8."""
    totals = []
    for attribute, scales in (("fp32_ms", None), ("int8_ms", cache)):
        steps = model.build(scales, level=level).times(model.largest, runs)
        for layer in layers:
            its = [
                step["ms"]
                for step in steps
                if layer.is_product
                and layer.name in model.names_in({"Name": step["name"], "LayerType": step["type"]})
            ]
            setattr(layer, attribute, sum(its) if its else None)
        totals.append(sum(step["ms"] for step in steps))
    return totals[0], totals[1]


def total_ms(engine: Engine, feeds: Feeds, runs: int) -> float:
    """Milliseconds of all steps, the least of several runs of each."""
    return sum(step["ms"] for step in engine.times(feeds, runs))
