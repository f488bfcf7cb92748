"""API levels: which major version of TensorRT programs find.

Level 10 is the default. At level 8 (`TRTLIKE_API_LEVEL=8`, `import trtlike.v8 as trt`,
`trtlike run --api 8`) there are the names that programs recognise TensorRT 8 by, with the numbers
that 8.6 had; the level is the process's.
"""

import os
from collections.abc import Callable
from typing import Any

from trtlike import _trtlike, old_names

SWITCH = "TRTLIKE_API_LEVEL"
VERSION_8 = "8.6.1"

_BY_INDEX = "tensors are named: num_io_tensors, get_tensor_name(i)"
_REPLACEMENTS: dict[str, dict[str, str]] = {
    "ICudaEngine": {
        "num_bindings": "num_io_tensors",
        "max_batch_size": "the first dimension of get_tensor_shape(name)",
        "get_binding_name": "get_tensor_name(index)",
        "get_binding_index": _BY_INDEX,
        "binding_is_input": "get_tensor_mode(name) == TensorIOMode.INPUT",
        "get_binding_shape": "get_tensor_shape(name)",
        "get_binding_dtype": "get_tensor_dtype(name)",
        "get_location": "get_tensor_location(name)",
        "get_binding_bytes_per_component": "get_tensor_bytes_per_component(name)",
        "get_binding_components_per_element": "get_tensor_components_per_element(name)",
        "get_binding_format": "get_tensor_format(name)",
        "get_binding_format_desc": "get_tensor_format_desc(name)",
        "get_binding_vectorized_dim": "get_tensor_vectorized_dim(name)",
        "get_profile_shape": "get_tensor_profile_shape(name, profile_index)",
        "get_profile_shape_input": "get_tensor_profile_values(name, profile_index)",
        "is_shape_binding": "is_shape_inference_io(name)",
        "is_execution_binding": _BY_INDEX,
    },
    "IExecutionContext": {
        "execute": "execute_v2(bindings)",
        "execute_async": "set_tensor_address(name, memory) and execute_async_v3(stream_handle)",
        "execute_async_v2": "set_tensor_address(name, memory) and execute_async_v3(stream_handle)",
        "get_strides": "get_tensor_strides(name)",
        "set_binding_shape": "set_input_shape(name, shape)",
        "get_binding_shape": "get_tensor_shape(name)",
        "set_shape_input": "set_tensor_address(name, memory)",
        "get_shape": "get_tensor_address(name)",
    },
}


def _explain(owner: str, replacements: dict[str, str]) -> Callable[[Any, str], Any]:
    def explain(thing: Any, name: str) -> Any:
        sentence = f"'{owner}' object has no attribute '{name}'"
        if name in replacements:
            sentence = (
                f"[trtlike] {owner}.{name}: expected a name of TensorRT 10, got one of 8. Use "
                f"{replacements[name]}, or start at API level 8: {SWITCH}=8, "
                "`trtlike run --api 8 SCRIPT.py` or `import trtlike.v8 as trt`."
            )
        raise AttributeError(sentence, name=name, obj=thing)

    explain.__doc__ = "Says what replaced names of TensorRT 8."
    return explain


def chosen() -> int:
    """The level of TRTLIKE_API_LEVEL, 10 without it.

    Raises:
        ValueError: it is neither 8 nor 10.
    """
    text = os.environ.get(SWITCH, "") or "10"
    if text not in ("8", "10"):
        raise ValueError(f"[trtlike] {SWITCH}: expected 8 or 10, got '{text}'.")
    return int(text)


def begin() -> dict[str, Any]:
    """Gives the classes what the level says, and returns its names for the package."""
    old_names.add_names()
    if chosen() == 8:
        return use_8()
    for owner, replacements in _REPLACEMENTS.items():
        setattr(getattr(_trtlike, owner), "__getattr__", _explain(owner, replacements))  # noqa: B010
    return {}


def use_8() -> dict[str, Any]:
    """Gives the classes of this process the members of level 8, and returns the level's names."""
    from trtlike.api8 import bindings, enums

    for members in (bindings.MEMBERS, enums.MEMBERS):
        for owner, added in members.items():
            for name, member in added.items():
                setattr(owner, name, member)
    return {**enums.NAMES, "__version__": VERSION_8, "tensorrt_version": VERSION_8}
