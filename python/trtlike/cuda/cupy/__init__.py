"""cupy as far as arrays and streams go: numpy's functions on arrays that carry a pointer.

What comes from numpy is copied, as it would be to the device.
"""

import ctypes
import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from trtlike.cuda.cupy import cuda as cuda
from trtlike.cuda.host import errors

__version__ = "13.0.0"

_KERNEL_CLASSES = ("RawKernel", "RawModule", "ElementwiseKernel", "ReductionKernel", "fuse")


class ndarray(np.ndarray):
    """numpy's array with cupy's `data.ptr`, `get` and `set`, over memory of its own or a pointer's.

    Element-wise operations and reductions wait for the streams first, as cupy's would in theirs.
    """

    def __new__(
        cls,
        shape: Any,
        dtype: Any = float,
        memptr: "cuda.MemoryPointer | None" = None,
        strides: Any = None,
        order: Any = "C",
    ) -> "ndarray":
        if memptr is None:
            return super().__new__(cls, shape, dtype, None, 0, strides, order)
        size = np.empty((), dtype).itemsize * int(np.prod(shape, dtype=np.int64))
        room = memptr.mem.size - (memptr.ptr - memptr.mem.ptr)
        if strides is None and size > room:
            raise ValueError(
                f"[cuda] cupy.ndarray: expected memory of {size} bytes, got a pointer to {room}."
            )
        buffer = memoryview((ctypes.c_char * max(size, room)).from_address(memptr.ptr))
        array = super().__new__(cls, shape, dtype, buffer, 0, strides, order)
        array._memptr = memptr
        return array

    _memptr: "cuda.MemoryPointer | None" = None

    def __array_finalize__(self, parent: Any) -> None:
        self._memptr = getattr(parent, "_memptr", None)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        cuda.synchronize()
        outputs = kwargs.pop("out", ())
        if outputs:
            kwargs["out"] = tuple(_plain(value) for value in outputs)
        result = getattr(ufunc, method)(*map(_plain, inputs), **kwargs)
        return outputs[0] if outputs else _wrap(result)

    @property
    def data(self) -> "cuda.MemoryPointer":  # type: ignore[override]
        return cuda.MemoryPointer(cuda.UnownedMemory(self.ctypes.data, self.nbytes, self), 0)

    @property
    def device(self) -> "cuda.Device":  # type: ignore[override]
        return cuda.Device(0)

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {**self.__array_interface__, "version": 3}

    def get(
        self, stream: Any = None, order: str = "C", out: np.ndarray | None = None
    ) -> np.ndarray:
        cuda.synchronize(stream)
        if out is None:
            return np.array(self, order=order, subok=False)  # type: ignore[call-overload]
        out[...] = self
        return out

    def set(self, arr: np.ndarray, stream: Any = None) -> None:
        cuda.synchronize(stream)
        self[...] = arr


def _plain(value: Any) -> Any:
    """numpy's view of the array."""
    return value.view(np.ndarray) if isinstance(value, ndarray) else value


def _wrap(value: Any) -> Any:
    """Results of numpy as cupy's: numbers become arrays without dimensions."""
    if isinstance(value, ndarray):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value).view(ndarray)
    if type(value) in (tuple, list):
        return type(value)(_wrap(item) for item in value)
    return value


def asnumpy(
    a: Any, stream: Any = None, order: str = "C", out: np.ndarray | None = None
) -> np.ndarray:
    return _wrap(np.asarray(a)).get(stream, order, out)


def get_array_module(*args: Any) -> Any:
    return sys.modules[__name__] if any(isinstance(arg, ndarray) for arg in args) else np


def get_default_memory_pool() -> "cuda.MemoryPool":
    return cuda.MemoryPool()


def get_default_pinned_memory_pool() -> "cuda.MemoryPool":
    return cuda.MemoryPool()


def _numpy_function(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        cuda.synchronize()
        result = _wrap(function(*args, **kwargs))
        is_view = type(result) is ndarray and any(
            type(given) is np.ndarray and np.may_share_memory(given, result) for given in args
        )
        return result.copy() if is_view else result

    return call


def __getattr__(name: str) -> Any:
    if name in _KERNEL_CLASSES:
        return lambda *_, **__: errors.refuse_kernels(f"cupy.{name}")
    member = getattr(np, name, None)
    if member is None or name.startswith("_"):
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}: trtlike's stand-in has numpy's "
            "functions, cupy.cuda and cupy.asnumpy."
        )
    if isinstance(member, type) or not callable(member):
        return member
    return _numpy_function(member)
