"""What an input of a module looks like: a fixed shape, or one from a minimum to a maximum."""

from collections.abc import Sequence
from typing import Any

import torch

from trtlike.torch.ranges import Extent


def _shape(name: str, given: Sequence[int]) -> tuple[int, ...]:
    shape = tuple(int(extent) for extent in given)
    if min(shape, default=1) < 1:
        raise ValueError(f"[torch] Input, {name}: expected extents of at least 1, got {shape}.")
    return shape


class Input:
    """torch_tensorrt's Input: either `shape`, or `min_shape`, `opt_shape` and `max_shape`.

    >>> Input(min_shape=(1, 8), opt_shape=(4, 8), max_shape=(16, 8)).open_axes
    {0: Extent(low=1, opt=4, high=16)}
    """

    def __init__(
        self,
        shape: Sequence[int] | None = None,
        *,
        min_shape: Sequence[int] | None = None,
        opt_shape: Sequence[int] | None = None,
        max_shape: Sequence[int] | None = None,
        dtype: torch.dtype = torch.float32,
        name: str = "",
        **without_effect: Any,
    ):
        unknown = without_effect.keys() - {"format", "tensor_domain", "is_shape_tensor"}
        if unknown:
            raise ValueError(
                "[torch] Input: expected shape, min_shape, opt_shape, max_shape, dtype or name, "
                f"got {', '.join(sorted(unknown))}."
            )
        spans = (min_shape, opt_shape, max_shape)
        if (shape is None) == (None in spans) and (shape is None or any(spans)):
            raise ValueError(
                "[torch] Input: expected either shape, or min_shape, opt_shape and max_shape, got "
                f"shape={shape}, min_shape={min_shape}, opt_shape={opt_shape}, "
                f"max_shape={max_shape}."
            )
        if shape is not None:
            spans = (shape, shape, shape)
        low, opt, high = (
            _shape(which, span or ())
            for which, span in zip(("min_shape", "opt_shape", "max_shape"), spans, strict=True)
        )
        is_ordered = len(low) == len(opt) == len(high) and all(
            least <= best <= most for least, best, most in zip(low, opt, high, strict=True)
        )
        if not is_ordered:
            raise ValueError(
                f"[torch] Input: expected min_shape <= opt_shape <= max_shape, got {low}, {opt}, "
                f"{high}."
            )
        self.min_shape, self.opt_shape, self.max_shape = low, opt, high
        self.dtype, self.name = dtype, name

    @property
    def open_axes(self) -> dict[int, Extent]:
        """The axes that are not fixed."""
        spans = zip(self.min_shape, self.opt_shape, self.max_shape, strict=True)
        return {axis: Extent(*span) for axis, span in enumerate(spans) if span[0] != span[2]}

    def example(self) -> torch.Tensor:
        """A tensor to trace with."""
        shape = list(self.opt_shape)
        for axis, extent in self.open_axes.items():
            shape[axis] = extent.trace
        if self.dtype.is_floating_point:
            return torch.rand(shape).to(self.dtype)
        return torch.ones(shape, dtype=self.dtype)

    @staticmethod
    def from_tensor(tensor: torch.Tensor) -> "Input":
        """Of the tensor's shape and type."""
        return Input(shape=tuple(tensor.shape), dtype=tensor.dtype)

    def __repr__(self) -> str:
        if self.open_axes:
            shapes = f"min_shape={self.min_shape}, opt_shape={self.opt_shape}, "
            shapes += f"max_shape={self.max_shape}"
        else:
            shapes = f"shape={self.opt_shape}"
        return f"Input({shapes}, dtype={self.dtype})"
