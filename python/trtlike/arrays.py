"""numpy beside the TensorRT API: sizes, and running a context on arrays."""

import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from trtlike import _trtlike, packed

_BITS = {
    "FLOAT": 32,
    "HALF": 16,
    "BF16": 16,
    "INT8": 8,
    "INT32": 32,
    "INT64": 64,
    "BOOL": 8,
    "UINT8": 8,
    "FP8": 8,
    "DOUBLE": 64,
    "INT16": 16,
    "UINT16": 16,
    "UINT32": 32,
    "UINT64": 64,
    "FP8E5M2": 8,
    "FP8E4M3FNUZ": 8,
    "FP8E5M2FNUZ": 8,
}


def volume(iterable: Iterable[int]) -> int:
    """The product of the extents; 1 for none.

    >>> volume((2, 3, 4))
    24
    """
    return math.prod(iterable)


def itemsize(dtype: _trtlike.DataType) -> float | None:
    """Bytes of one element: a whole number, 0.5 for 4-bit types, None for E8M0."""
    if dtype in packed.TYPES:
        return packed.TYPES[dtype][1] / 8
    bits = _BITS.get(dtype.name)
    return None if bits is None else bits // 8


def find_array(address: int) -> np.ndarray | None:
    """The array that starts at the address, among the caller's variables or in a container there.

    >>> inputs = {"x": np.zeros(3)}
    >>> find_array(inputs["x"].ctypes.data) is inputs["x"]
    True
    """
    for variable in list(sys._getframe(1).f_locals.values()):
        members: Iterable[object] = (variable,)
        if isinstance(variable, dict):
            members = variable.values()
        elif isinstance(variable, list | tuple):
            members = variable
        for member in members:
            if isinstance(member, np.ndarray) and member.__array_interface__["data"][0] == address:
                return member
    return None


def as_type(name: str, array: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """The array itself where it is C-contiguous and of the type, else a copy that is.

    16-bit integers without a sign are the bits of bfloat16 where that is the type.

    Raises:
        TypeError: the conversion would change the kind of number.
    """
    given = np.asarray(array)
    if dtype.kind == "V" and dtype.itemsize == 2 and given.dtype == np.uint16:
        return np.ascontiguousarray(given).reshape(given.shape)
    if dtype.kind != "V" and not np.can_cast(given.dtype, dtype, "same_kind"):
        raise TypeError(
            f"[context] input '{name}': expected an array of {dtype}, got {given.dtype}. "
            "Convert it with astype if that is meant."
        )
    return np.ascontiguousarray(given, dtype).reshape(given.shape)


def infer(
    context: _trtlike.IExecutionContext,
    inputs: Mapping[str, np.ndarray],
    outputs: Mapping[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Runs the context on arrays and returns the outputs by name.

    C-contiguous inputs of the engine's type are read in place; others are converted first. Other
    threads are kept out of the context meanwhile.

    Args:
        inputs: an array for each input of the engine.
        outputs: arrays to write to; those not given are allocated, those whose extents follow from
            the data when these are known.

    Raises:
        ValueError: an input is missing or unknown, its shape is outside the profile, or an output
            has another shape than the run gives it.
        TypeError: an array holds another kind of number than the engine takes.
        RuntimeError: the run failed, for the reason in the log; or the context is in use by another
            thread, or by the run that calls this from a callback.
    """
    return context._infer(inputs, outputs)


def add_methods() -> None:
    """Puts `infer` on contexts and `itemsize` on element types."""
    methods = [(_trtlike.IExecutionContext, infer), (_trtlike.DataType, property(itemsize))]
    for (owner, method), name in zip(methods, ("infer", "itemsize"), strict=True):
        setattr(owner, name, method)
