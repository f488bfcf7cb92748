"""Arrays of elements that are less than a byte: ml_dtypes' types in numpy, which take a byte each,
and side by side in an engine's memory, from the low bits of each byte on.
"""

import math
from collections.abc import Sequence

import numpy as np

from trtlike._trtlike import DataType

#: ml_dtypes' name and the bits of an element.
TYPES: dict[DataType, tuple[str, int]] = {
    DataType.INT4: ("int4", 4),
    DataType.UINT4: ("uint4", 4),
    DataType.INT2: ("int2", 2),
    DataType.UINT2: ("uint2", 2),
    DataType.FP4: ("float4_e2m1fn", 4),
}


def num_bytes(count: int, dtype: DataType) -> int:
    """Bytes of so many elements.

    >>> num_bytes(5, DataType.INT4)
    3
    """
    return -(-count * TYPES[dtype][1] // 8)


def pack(name: str, array: np.ndarray, dtype: DataType) -> np.ndarray:
    """The bytes of the tensor `name`.

    Raises:
        TypeError: the array is not of ml_dtypes' type.
    """
    wanted, bits = TYPES[dtype]
    given = np.ascontiguousarray(array)
    if given.dtype.name != wanted:
        raise TypeError(
            f"[context] input '{name}': expected an array of ml_dtypes.{wanted}, got {given.dtype}."
        )
    count = 8 // bits
    codes = given.view(np.uint8).ravel() & ((1 << bits) - 1)
    codes = np.pad(codes, (0, -codes.size % count)).reshape(-1, count)
    shifts = np.arange(count, dtype=np.uint8) * np.uint8(bits)
    return np.bitwise_or.reduce(codes << shifts, axis=1).astype(np.uint8)


def unpack(memory: np.ndarray, shape: Sequence[int], dtype: DataType) -> np.ndarray:
    """The elements as an array of ml_dtypes' type."""
    import ml_dtypes

    name, bits = TYPES[dtype]
    mask = np.uint8((1 << bits) - 1)
    shifts = np.arange(8 // bits, dtype=np.uint8) * np.uint8(bits)
    codes = (memory[:, None] >> shifts & mask).ravel()[: math.prod(shape)]
    if name.startswith("int"):
        sign = np.uint8(1 << (bits - 1))
        codes = (codes ^ sign) - sign
    return codes.view(getattr(ml_dtypes, name)).reshape(tuple(shape))
