"""cupy as far as arrays and streams go: numpy's functions on arrays that carry a pointer."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from trtlike.cuda.cupy import cuda as cuda
from trtlike.cuda.host import errors

__version__ = "13.0.0"

_KERNEL_CLASSES = ("RawKernel", "RawModule", "ElementwiseKernel", "ReductionKernel", "fuse")


class ndarray(np.ndarray):
    """numpy's array with cupy's `data.ptr`, `get` and `set`."""

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


def get_array_module(*_: Any) -> Any:
    import trtlike.cuda.cupy as module

    return module


def get_default_memory_pool() -> "cuda.MemoryPool":
    return cuda.MemoryPool()


def get_default_pinned_memory_pool() -> "cuda.MemoryPool":
    return cuda.MemoryPool()


def _numpy_function(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        cuda.synchronize()
        return _wrap(function(*args, **kwargs))

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
    return _numpy_function(name, member)
