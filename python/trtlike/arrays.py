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
    context._enter()
    try:
        return _infer(context, inputs, outputs)
    finally:
        context._leave()


class Allocator(_trtlike.IOutputAllocator):
    """An array of bytes that fits, kept while it does, and the shape that came out."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = np.empty(0, np.uint8)
        self.start = 0
        self.shape: tuple[int, ...] = ()

    def reallocate_output(self, name: str, memory: int, size: int, alignment: int) -> int:
        if self.memory.size < size + alignment:
            self.memory = np.empty(size + alignment, np.uint8)
        self.start = -self.memory.ctypes.data % alignment
        return self.memory.ctypes.data + self.start

    def notify_shape(self, name: str, shape: _trtlike.Dims) -> None:
        self.shape = tuple(shape)

    def array(self, dtype: _trtlike.DataType) -> np.ndarray:
        count = math.prod(self.shape)
        if dtype in packed.TYPES:
            end = self.start + packed.num_bytes(count, dtype)
            return packed.unpack(self.memory[self.start : end], self.shape, dtype)
        element = np.dtype(_trtlike.nptype(dtype))
        end = self.start + count * element.itemsize
        return self.memory[self.start : end].view(element).reshape(self.shape)


def _infer(
    context: _trtlike.IExecutionContext,
    inputs: Mapping[str, np.ndarray],
    outputs: Mapping[str, np.ndarray] | None,
) -> dict[str, np.ndarray]:
    engine = context.engine
    names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
    is_input = {name: engine.get_tensor_mode(name) == _trtlike.TensorIOMode.INPUT for name in names}
    unknown = [name for name in inputs if not is_input.get(name, False)]
    if unknown:
        known = ", ".join(name for name in names if is_input[name])
        raise ValueError(f"[context] infer: expected the inputs {known}, got '{unknown[0]}'.")
    for name in names:
        if not is_input[name]:
            continue
        if name not in inputs:
            raise ValueError(f"[context] infer: expected an array for input '{name}', got none.")
        _set_input(context, name, engine.get_tensor_dtype(name), inputs[name])
    context.infer_shapes()
    results: dict[str, np.ndarray] = {}
    allocators: dict[str, Allocator] = {}
    is_small: dict[str, bool] = {}
    for name in names:
        if is_input[name]:
            continue
        dtype = engine.get_tensor_dtype(name)
        is_small[name] = dtype in packed.TYPES
        array = _output_array(context, name, dtype, outputs)
        if array is None:
            allocators[name] = Allocator()
        else:
            context.set_tensor_address(name, array)
            results[name] = array
    replaced = {name: context.get_output_allocator(name) for name in allocators}
    for name, allocator in allocators.items():
        context.set_output_allocator(name, allocator)
    try:
        if not context.execute_async_v3(0):
            raise RuntimeError("[context] infer: the run failed; the log says why.")
    finally:
        for name, before in replaced.items():
            context.set_output_allocator(name, before)
    for name, array in results.items():
        if is_small[name]:
            shape = tuple(context.get_tensor_shape(name))
            results[name] = packed.unpack(array, shape, engine.get_tensor_dtype(name))
    for name, allocator in allocators.items():
        results[name] = allocator.array(engine.get_tensor_dtype(name))
    return results


def _set_input(
    context: _trtlike.IExecutionContext, name: str, dtype: _trtlike.DataType, given: np.ndarray
) -> None:
    shape = np.shape(given)
    if dtype in packed.TYPES:
        array = packed.pack(name, given, dtype)
    else:
        array = as_type(name, given, _trtlike.nptype(dtype))
    if not context.set_input_shape(name, shape):
        raise ValueError(
            f"[context] input '{name}': expected a shape within the profile, got "
            f"{shape}. The log says which extent is out of range."
        )
    context.set_tensor_address(name, array)


def _output_array(
    context: _trtlike.IExecutionContext,
    name: str,
    dtype: _trtlike.DataType,
    outputs: Mapping[str, np.ndarray] | None,
) -> np.ndarray | None:
    """The array to write an output to; none where its extents follow from the data."""
    shape = tuple(context.get_tensor_shape(name))
    if outputs is None or name not in outputs:
        if -1 in shape:
            return None
        if dtype in packed.TYPES:
            return np.empty(packed.num_bytes(math.prod(shape), dtype), np.uint8)
        return np.empty(shape, _trtlike.nptype(dtype))
    array = outputs[name]
    if dtype in packed.TYPES:
        raise TypeError(
            f"[context] output '{name}': expected no array to write {dtype.name} to, whose "
            "elements are less than a byte, got one. Take the array that infer returns."
        )
    if array.shape != shape and -1 not in shape:
        raise ValueError(
            f"[context] output '{name}': expected an array of shape {shape}, got {array.shape}."
        )
    return array


def add_methods() -> None:
    """Puts `infer` on contexts and `itemsize` on element types."""
    methods = [(_trtlike.IExecutionContext, infer), (_trtlike.DataType, property(itemsize))]
    for (owner, method), name in zip(methods, ("infer", "itemsize"), strict=True):
        setattr(owner, name, method)
