"""Engines and contexts whose tensors are bindings with an index, as TensorRT 8 had them.

An engine with several profiles has its bindings once for each: those of profile k come behind those
of the profiles before, under names that end in " [profile k]".
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from trtlike import _trtlike
from trtlike._trtlike import DataType, ICudaEngine, IExecutionContext, TensorIOMode

_PROFILE = re.compile(r"(.*) \[profile (\d+)\]")
_get_item = ICudaEngine.__getitem__
_execute = IExecutionContext.execute_v2


def _place(engine: ICudaEngine, binding: int | str) -> tuple[str, int]:
    """The tensor's name and the profile of a binding, by index or name."""
    if isinstance(binding, str):
        found = _PROFILE.fullmatch(binding)
        return (found[1], int(found[2])) if found else (binding, 0)
    count = engine.num_io_tensors
    if not 0 <= binding < _num_bindings(engine):
        raise IndexError(
            f"[engine] binding: expected an index below {_num_bindings(engine)}, got {binding}."
        )
    return _get_item(engine, binding % count), binding // count


def _num_bindings(engine: ICudaEngine) -> int:
    return engine.num_io_tensors * engine.num_optimization_profiles


def _binding_name(engine: ICudaEngine, index: int) -> str:
    """The name of a binding."""
    name, profile = _place(engine, index)
    return f"{name} [profile {profile}]" if profile > 0 else name


def _binding_index(engine: ICudaEngine, name: str) -> int:
    """The index of a binding; -1 when there is none of this name."""
    tensor, profile = _place(engine, name)
    names = [_get_item(engine, i) for i in range(engine.num_io_tensors)]
    if tensor not in names or profile >= engine.num_optimization_profiles:
        return -1
    return names.index(tensor) + profile * len(names)


def _item(engine: ICudaEngine, key: int | str) -> str | int:
    """The name of a binding's index, or the index of a name."""
    if isinstance(key, str):
        return _binding_index(engine, key)
    return _binding_name(engine, key)


def _ask(method: str) -> Callable[[ICudaEngine, int | str], Any]:
    """What the engine says of a tensor, asked about a binding."""

    def ask(engine: ICudaEngine, binding: int | str) -> Any:
        return getattr(engine, method)(_place(engine, binding)[0])

    ask.__doc__ = f"`{method}` of a binding, by index or name."
    return ask


def _binding_is_input(engine: ICudaEngine, binding: int | str) -> bool:
    """True for inputs, by index or name."""
    return engine.get_tensor_mode(_place(engine, binding)[0]) == TensorIOMode.INPUT


def _is_execution_binding(engine: ICudaEngine, binding: int) -> bool:
    """True: the elements of every binding are there when the engine runs."""
    return bool(_place(engine, binding))


def _profile_shape(engine: ICudaEngine, profile_index: int, binding: int | str) -> Any:
    """min, opt and max of an input in a profile."""
    return engine.get_tensor_profile_shape(_place(engine, binding)[0], profile_index)


def _profile_shape_input(engine: ICudaEngine, profile_index: int, binding: int | str) -> Any:
    """min, opt and max of a shape tensor's elements in a profile."""
    return engine.get_tensor_profile_values(_place(engine, binding)[0], profile_index)


def _fail(context: IExecutionContext, sentence: str) -> bool:
    context.engine._log_error(sentence)
    return False


def _tensor(context: IExecutionContext, binding: int) -> str | None:
    """The tensor's name where the binding is one of the profile in use."""
    name, profile = _place(context.engine, binding)
    active = context.active_optimization_profile
    if profile == active:
        return name
    _fail(
        context,
        f"[context] binding {binding}: expected one of the active profile {active}, got one of "
        f"profile {profile}.",
    )
    return None


def _set_binding_shape(context: IExecutionContext, binding: int, shape: Sequence[int]) -> bool:
    """Sets the shape of an input."""
    name = _tensor(context, binding)
    return name is not None and context.set_input_shape(name, tuple(shape))


def _binding_shape(context: IExecutionContext, binding: int) -> Any:
    """The shape of a binding now."""
    return context.get_tensor_shape(_place(context.engine, binding)[0])


def _strides(context: IExecutionContext, binding: int) -> Any:
    """The strides of a binding, in elements."""
    return context.get_tensor_strides(_place(context.engine, binding)[0])


def _set_shape_input(context: IExecutionContext, binding: int, shape: Sequence[int]) -> bool:
    """Sets the elements of a shape tensor."""
    name = _tensor(context, binding)
    if name is None:
        return False
    dtype = np.int64 if context.engine.get_tensor_dtype(name) == DataType.INT64 else np.int32
    values = np.array(shape, dtype).reshape(tuple(context.engine.get_tensor_shape(name)))
    return context.set_tensor_address(name, values)


def _shape(context: IExecutionContext, binding: int) -> list[int]:
    """The elements of a shape tensor that set_shape_input has set."""
    import ctypes

    name = _place(context.engine, binding)[0]
    address = context.get_tensor_address(name)
    if address == 0:
        return []
    dtype = np.int64 if context.engine.get_tensor_dtype(name) == DataType.INT64 else np.int32
    count = int(np.prod(tuple(context.get_tensor_shape(name)), dtype=np.int64))
    return np.frombuffer(
        ctypes.string_at(address, count * np.dtype(dtype).itemsize), dtype
    ).tolist()


def _set_addresses(context: IExecutionContext, bindings: Sequence[int]) -> bool:
    """The addresses of the profile in use; 0 leaves a shape tensor as set_shape_input set it."""
    engine = context.engine
    count, total = engine.num_io_tensors, _num_bindings(engine)
    if len(bindings) not in (count, total):
        return _fail(
            context,
            f"[context] bindings: expected {total} addresses, one a binding, got {len(bindings)}.",
        )
    first = context.active_optimization_profile * count if len(bindings) == total else 0
    for i in range(count):
        name, memory = _get_item(engine, i), bindings[first + i]
        address = 0 if memory is None else int(memory)
        if address == 0 and engine.is_shape_inference_io(name):
            continue
        if not context.set_tensor_address(name, address):
            return False
    return True


def _check_batch(context: IExecutionContext, batch_size: int) -> bool:
    if batch_size == 1:
        return True
    return _fail(
        context,
        f"[context] batch_size: expected 1, got {batch_size}. Networks have their batch among the "
        "dimensions of their inputs; use set_binding_shape and execute_v2.",
    )


def _execute_v2(context: IExecutionContext, bindings: Sequence[int]) -> bool:
    """Runs on the addresses of all bindings."""
    return _set_addresses(context, bindings) and context.execute_async_v3(0)


def _execute_async_v2(
    context: IExecutionContext,
    bindings: Sequence[int],
    stream_handle: int,
    input_consumed: Any = None,
) -> bool:
    """Queues a run on the addresses of all bindings."""
    return _set_addresses(context, bindings) and context.execute_async_v3(int(stream_handle))


def _execute_batch(
    context: IExecutionContext, batch_size: int = 1, bindings: Sequence[int] = ()
) -> bool:
    """As execute_v2, for a batch of 1."""
    return _check_batch(context, batch_size) and _execute_v2(context, bindings)


def _execute_batch_async(
    context: IExecutionContext,
    batch_size: int = 1,
    bindings: Sequence[int] = (),
    stream_handle: int = 0,
    input_consumed: Any = None,
) -> bool:
    """As execute_async_v2, for a batch of 1."""
    return _check_batch(context, batch_size) and _execute_async_v2(context, bindings, stream_handle)


MEMBERS: dict[type, dict[str, Any]] = {
    ICudaEngine: {
        "num_bindings": property(_num_bindings, doc="Bindings of all profiles."),
        "max_batch_size": property(lambda engine: 1, doc="1: batches are dimensions."),
        "__len__": _num_bindings,
        "__getitem__": _item,
        "get_binding_name": _binding_name,
        "get_binding_index": _binding_index,
        "binding_is_input": _binding_is_input,
        "get_binding_shape": _ask("get_tensor_shape"),
        "get_binding_dtype": _ask("get_tensor_dtype"),
        "get_location": _ask("get_tensor_location"),
        "get_binding_bytes_per_component": _ask("get_tensor_bytes_per_component"),
        "get_binding_components_per_element": _ask("get_tensor_components_per_element"),
        "get_binding_format": _ask("get_tensor_format"),
        "get_binding_format_desc": _ask("get_tensor_format_desc"),
        "get_binding_vectorized_dim": _ask("get_tensor_vectorized_dim"),
        "get_profile_shape": _profile_shape,
        "get_profile_shape_input": _profile_shape_input,
        "is_shape_binding": _ask("is_shape_inference_io"),
        "is_execution_binding": _is_execution_binding,
    },
    IExecutionContext: {
        "execute": _execute_batch,
        "execute_async": _execute_batch_async,
        "execute_async_v2": _execute_async_v2,
        "execute_v2": _execute_v2,
        "get_strides": _strides,
        "set_binding_shape": _set_binding_shape,
        "get_binding_shape": _binding_shape,
        "set_shape_input": _set_shape_input,
        "get_shape": _shape,
    },
    _trtlike.INetworkDefinition: {
        "has_explicit_precision": property(lambda network: False, doc="False."),
    },
}
"""What level 8 adds to classes."""
