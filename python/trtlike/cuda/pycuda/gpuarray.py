"""pycuda.gpuarray on host memory: arrays that carry an address; arithmetic is numpy's."""

from typing import Any

import numpy as np

from trtlike.cuda.host import memory, streams
from trtlike.cuda.pycuda import driver


class GPUArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array in device memory; `ptr` is its address, `get()` a copy as numpy's."""

    __array_priority__ = 100

    def __init__(
        self,
        shape: Any,
        dtype: Any,
        allocator: Any = driver.mem_alloc,
        base: Any = None,
        gpudata: Any = None,
        strides: Any = None,
        order: str = "C",
    ):
        self.shape = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
        self.dtype = np.dtype(dtype)
        self.size = int(np.prod(self.shape, dtype=np.int64))
        self.nbytes = self.size * self.dtype.itemsize
        self.base, self.allocator = base, allocator
        if gpudata is None and self.size:
            gpudata = allocator(self.nbytes)
        self.gpudata = gpudata
        self._order = order
        self.strides = strides or np.empty(self.shape, self.dtype, order).strides  # type: ignore[call-overload]

    @property
    def ptr(self) -> int:
        return 0 if self.gpudata is None else int(self.gpudata)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {
            "shape": self.shape,
            "typestr": self.dtype.str,
            "data": (self.ptr, False),
            "strides": self.strides,
            "version": 3,
        }

    def _view(self) -> np.ndarray:
        """The memory itself as numpy's array."""
        if self.size == 0:
            return np.empty(self.shape, self.dtype)
        flat = memory.array(self.ptr, self.nbytes).view(self.dtype)
        return flat.reshape(self.shape, order=self._order)  # type: ignore[call-overload]

    def get(self, ary: np.ndarray | None = None, **_: Any) -> np.ndarray:
        streams.synchronize()
        if ary is None:
            return self._view().copy(order="K")
        ary[...] = self._view()
        return ary

    def get_async(self, stream: Any = None, ary: np.ndarray | None = None) -> np.ndarray:
        streams.synchronize(stream)
        return self.get(ary)

    def set(self, ary: np.ndarray, **_: Any) -> None:
        if ary.size != self.size or ary.dtype != self.dtype:
            raise ValueError(
                f"[cuda] GPUArray.set: expected {self.size} elements of {self.dtype}, got "
                f"{ary.size} of {ary.dtype}."
            )
        streams.synchronize()
        self._view()[...] = ary.reshape(self.shape)

    def set_async(self, ary: np.ndarray, stream: Any = None) -> None:
        self.set(ary)

    def fill(self, value: Any, stream: Any = None) -> "GPUArray":
        streams.synchronize(stream)
        self._view()[...] = value
        return self

    def copy(self) -> "GPUArray":
        return to_gpu(self.get())

    def astype(self, dtype: Any) -> "GPUArray":
        return to_gpu(self.get().astype(dtype))

    def reshape(self, *shape: Any, order: str = "C") -> "GPUArray":
        extents = self.get().reshape(*shape).shape
        return GPUArray(extents, self.dtype, self.allocator, self, self.gpudata)

    def ravel(self) -> "GPUArray":
        return self.reshape(self.size)

    def __len__(self) -> int:
        return self.shape[0]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        streams.synchronize()
        outputs = kwargs.pop("out", ())
        if outputs:
            kwargs["out"] = tuple(o._view() if isinstance(o, GPUArray) else o for o in outputs)
        plain = [x._view() if isinstance(x, GPUArray) else x for x in inputs]
        result = getattr(ufunc, method)(*plain, **kwargs)
        return outputs[0] if outputs else to_gpu(np.asarray(result))

    def __repr__(self) -> str:
        return repr(self.get())

    __str__ = __repr__


def to_gpu(ary: np.ndarray, allocator: Any = driver.mem_alloc) -> GPUArray:
    order = "F" if ary.flags.f_contiguous and not ary.flags.c_contiguous else "C"
    result = GPUArray(ary.shape, ary.dtype, allocator, order=order)
    result.set(ary)
    return result


def to_gpu_async(
    ary: np.ndarray, allocator: Any = driver.mem_alloc, stream: Any = None
) -> GPUArray:
    return to_gpu(ary, allocator)


def empty(shape: Any, dtype: Any, allocator: Any = driver.mem_alloc, order: str = "C") -> GPUArray:
    return GPUArray(shape, dtype, allocator, order=order)


def zeros(
    shape: Any, dtype: Any = np.float64, allocator: Any = driver.mem_alloc, order: str = "C"
) -> GPUArray:
    return GPUArray(shape, dtype, allocator, order=order).fill(0)


def empty_like(other_ary: Any, dtype: Any = None) -> GPUArray:
    return GPUArray(other_ary.shape, dtype or other_ary.dtype)


def zeros_like(other_ary: Any, dtype: Any = None) -> GPUArray:
    return empty_like(other_ary, dtype).fill(0)
