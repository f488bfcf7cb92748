"""What goes in and out of a session: OrtValue, IOBinding, and descriptions of inputs and models."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_TYPE_NAMES = {"float32": "float", "float64": "double"}


@dataclass(frozen=True)
class NodeArg:
    """An input or output: its name, its type as 'tensor(float)', its extents."""

    name: str
    type: str
    shape: list[int | str | None] | None


@dataclass(frozen=True)
class ModelMetadata:
    """What the model file says about itself."""

    producer_name: str
    graph_name: str
    domain: str
    description: str
    graph_description: str
    version: int
    custom_metadata_map: dict[str, str] = field(default_factory=dict)


def _check_device(device_type: str) -> None:
    if device_type not in ("cpu", "cuda"):
        raise ValueError(f"[onnxruntime] device: expected 'cpu' or 'cuda', got '{device_type}'.")


class OrtValue:
    """An array in the memory that sessions read and write."""

    def __init__(self, array: np.ndarray):
        self._array = array

    @staticmethod
    def ortvalue_from_numpy(
        numpy_obj: np.ndarray, device_type: str = "cpu", device_id: int = 0
    ) -> "OrtValue":
        """Holds the array itself where it is C-contiguous."""
        _check_device(device_type)
        is_dense = numpy_obj.flags.c_contiguous
        return OrtValue(numpy_obj if is_dense else np.ascontiguousarray(numpy_obj))

    @staticmethod
    def ortvalue_from_shape_and_type(
        shape: Sequence[int], element_type: Any, device_type: str = "cpu", device_id: int = 0
    ) -> "OrtValue":
        _check_device(device_type)
        return OrtValue(np.zeros(tuple(shape), element_type))

    def numpy(self) -> np.ndarray:
        return self._array

    def data_ptr(self) -> int:
        return self._array.ctypes.data

    def data_type(self) -> str:
        name = self._array.dtype.name
        return f"tensor({_TYPE_NAMES.get(name, name)})"

    def shape(self) -> list[int]:
        return list(self._array.shape)

    def tensor_size_in_bytes(self) -> int:
        return self._array.nbytes

    def device_name(self) -> str:
        return "cpu"

    def is_tensor(self) -> bool:
        return True

    def has_value(self) -> bool:
        return True

    def update_inplace(self, np_arr: np.ndarray) -> None:
        if np_arr.shape != self._array.shape or np_arr.dtype != self._array.dtype:
            raise ValueError(
                f"[onnxruntime] update_inplace: expected an array of {self._array.dtype} of shape "
                f"{self._array.shape}, got one of {np_arr.dtype} of shape {np_arr.shape}."
            )
        self._array[...] = np_arr


def as_array(value: Any) -> Any:
    """The array of an OrtValue, ours or ONNX Runtime's; anything else as it is."""
    return value.numpy() if hasattr(value, "numpy") and hasattr(value, "data_ptr") else value


def _at(address: int, element_type: Any, shape: Sequence[int]) -> np.ndarray:
    dtype = np.dtype(element_type)
    nbytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    memory = memoryview((ctypes.c_char * nbytes).from_address(address))
    return np.frombuffer(memory, dtype).reshape(tuple(shape))


class IOBinding:
    """The memory of a run, given once: inputs to read, outputs to write."""

    def __init__(self, session: Any):
        self._names = [output.name for output in session.get_outputs()]
        self._known = [*self._names, *(arg.name for arg in session.get_inputs())]
        self.inputs: dict[str, Any] = {}
        self.targets: dict[str, np.ndarray | None] = {}
        self.results: dict[str, Any] = {}

    def _check(self, name: str) -> None:
        if name not in self._known:
            raise ValueError(
                f"[onnxruntime] io_binding: expected a name among {', '.join(self._known)}, got "
                f"'{name}'."
            )

    def bind_cpu_input(self, name: str, arr_on_cpu: np.ndarray) -> None:
        self._check(name)
        self.inputs[name] = arr_on_cpu

    def bind_input(
        self,
        name: str,
        device_type: str,
        device_id: int,
        element_type: Any,
        shape: Sequence[int],
        buffer_ptr: int,
    ) -> None:
        _check_device(device_type)
        self.bind_cpu_input(name, _at(buffer_ptr, element_type, shape))

    def bind_ortvalue_input(self, name: str, ortvalue: Any) -> None:
        self.bind_cpu_input(name, as_array(ortvalue))

    def bind_output(
        self,
        name: str,
        device_type: str = "cpu",
        device_id: int = 0,
        element_type: Any = None,
        shape: Sequence[int] | None = None,
        buffer_ptr: int | None = None,
    ) -> None:
        """Without memory, the run allocates the output."""
        _check_device(device_type)
        self._check(name)
        given = buffer_ptr is not None and shape is not None
        self.targets[name] = _at(buffer_ptr or 0, element_type, shape or ()) if given else None

    def bind_ortvalue_output(self, name: str, ortvalue: Any) -> None:
        self._check(name)
        self.targets[name] = as_array(ortvalue)

    def get_outputs(self) -> list[OrtValue]:
        return [OrtValue(self.results[name]) for name in self.targets]

    def copy_outputs_to_cpu(self) -> list[Any]:
        return [self.results[name] for name in self.targets]

    def clear_binding_inputs(self) -> None:
        self.inputs.clear()

    def clear_binding_outputs(self) -> None:
        self.targets.clear()
        self.results.clear()

    def synchronize_inputs(self) -> None:
        """Everything is in memory already."""

    def synchronize_outputs(self) -> None:
        """Runs have ended when they return."""
