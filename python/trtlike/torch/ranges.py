"""Extents that are open when a graph is compiled, and the shapes an engine is built for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
import torch

# An extent without an upper bound may grow to this multiple of the first one seen, and to _LEAST.
_GROWTH = 8
_LEAST = 64
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Range:
    """The shapes from `low` to `high`, tuned for `opt`."""

    low: Shape
    opt: Shape
    high: Shape

    def holds(self, shape: Sequence[int]) -> bool:
        return all(
            low <= extent <= high
            for low, extent, high in zip(self.low, shape, self.high, strict=True)
        )

    def widened(self, shape: Sequence[int]) -> "Range":
        """Tuned for the shape, and for all that it was made for before."""
        return Range(
            tuple(map(min, self.low, shape)), tuple(shape), tuple(map(max, self.high, shape))
        )


@dataclass(frozen=True)
class Extent:
    """The values of one symbol. `trace` stands for it in a trace, where 0 and 1 are special."""

    low: int
    opt: int
    high: int

    @property
    def trace(self) -> int:
        return max(self.opt, min(2, self.high))


def bounded(low: Any, opt: int, high: Any) -> Extent:
    """An extent within finite bounds; the lower of torch's symbols excludes 0 and 1 by habit."""
    least = 1 if low is None or not isinstance(low, int) or low <= 2 else low
    is_open = not isinstance(high, int) or high >= torch.iinfo(torch.int32).max
    most = max(_GROWTH * opt, _LEAST) if is_open else high
    return Extent(min(least, opt), opt, max(most, opt))


class Extents:
    """What is known of a graph's symbols."""

    def __init__(self) -> None:
        self._known: dict[Any, Extent] = {}

    def add(self, symbol: Any, extent: Extent) -> None:
        self._known.setdefault(symbol, extent)

    def _at(self, size: Any, which: str) -> int:
        if not isinstance(size, torch.SymInt):
            return int(size)
        expression = size.node.expr
        values = {s: getattr(self._known[s], which) for s in expression.free_symbols}
        return int(sympy.sympify(expression).xreplace(values))

    def knows(self, sizes: Iterable[Any]) -> bool:
        """Whether every symbol is an input's extent, and not a number that a run tells."""
        return all(
            size.node.expr.free_symbols <= self._known.keys()
            for size in sizes
            if isinstance(size, torch.SymInt)
        )

    def trace_shape(self, shape: Iterable[Any]) -> Shape:
        return tuple(self._at(size, "trace") for size in shape)

    def range(self, shape: Sequence[Any]) -> Range:
        """From the least to the largest extents that the symbols allow."""
        points = [tuple(self._at(size, w) for size in shape) for w in ("low", "opt", "high")]
        columns = list(zip(*points, strict=True))
        return Range(tuple(map(min, columns)), points[1], tuple(map(max, columns)))
