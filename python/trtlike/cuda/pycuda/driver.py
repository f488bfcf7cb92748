"""pycuda.driver on host memory: failures are exceptions, allocations free themselves."""

import functools
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from trtlike.cuda.host import device as the_device
from trtlike.cuda.host import enums, errors, memory, streams
from trtlike.cuda.host.errors import Code, CudaError


class Error(Exception):
    """The base of pycuda's errors."""


class LogicError(Error):
    """The call makes no sense: a bad argument or a bad handle."""


class RuntimeError(Error):  # the name is pycuda's
    """The call failed while running."""


class LaunchError(RuntimeError):
    """A kernel failed."""


class MemoryError(Error):  # the name is pycuda's
    """There is not enough memory."""


def _raises(body: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(body)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return body(*args, **kwargs)
        except CudaError as error:
            kind = MemoryError if error.code == Code.OUT_OF_MEMORY else LogicError
            text = enums.text_of(error.code).decode()
            raise kind(f"{body.__name__} failed: {text} - {error}") from None

    return call


host_alloc_flags = SimpleNamespace(PORTABLE=1, DEVICEMAP=2, WRITECOMBINED=4)
mem_attach_flags = SimpleNamespace(GLOBAL=1, HOST=2, SINGLE=4)
event_flags = SimpleNamespace(DEFAULT=0, BLOCKING_SYNC=1, DISABLE_TIMING=2, INTERPROCESS=4)
ctx_flags = SimpleNamespace(
    SCHED_AUTO=0, SCHED_SPIN=1, SCHED_YIELD=2, SCHED_BLOCKING_SYNC=4, MAP_HOST=8
)
device_attribute = enums.CUdevice_attribute.__members__
device_attribute = SimpleNamespace(
    **{name.removeprefix("CU_DEVICE_ATTRIBUTE_"): value for name, value in device_attribute.items()}
)


def init(flags: int = 0) -> None:
    pass


def get_version() -> tuple[int, int, int]:
    major, minor = divmod(the_device.CUDA_VERSION // 10, 100)
    return major, minor, 0


def get_driver_version() -> int:
    return the_device.CUDA_VERSION


class Device:
    """The one device."""

    @_raises
    def __init__(self, number: int | str = 0):
        self.number = the_device.check(0 if isinstance(number, str) else number)

    @staticmethod
    def count() -> int:
        return 1

    def name(self) -> str:
        return the_device.name()

    def pci_bus_id(self) -> str:
        return "0000:00:00.0"

    def compute_capability(self) -> tuple[int, int]:
        return the_device.COMPUTE_CAPABILITY

    def total_memory(self) -> int:
        return memory.total_bytes()

    def get_attribute(self, attr: Any) -> int:
        return the_device.attributes()[enums.ATTRIBUTE_PROPERTIES[int(attr)]]

    def get_attributes(self) -> dict[Any, int]:
        return {attr: self.get_attribute(attr) for attr in enums.CUdevice_attribute}

    def make_context(self, flags: int = 0) -> "Context":
        context = Context(self)
        context.push()
        return context

    def retain_primary_context(self) -> "Context":
        return Context(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device)

    def __hash__(self) -> int:
        return self.number


_current = threading.local()


def _stack() -> list["Context"]:
    if not hasattr(_current, "stack"):
        _current.stack = []
    return _current.stack


class Context:
    """A context: a name on the thread's stack."""

    def __init__(self, device: Device):
        self._device = device

    def push(self) -> None:
        _stack().append(self)

    @staticmethod
    def pop() -> None:
        if not _stack():
            raise LogicError(
                "context::pop failed: invalid device context - cannot pop non-current context"
            )
        _stack().pop()

    def detach(self) -> None:
        if self in _stack():
            _stack().remove(self)

    @staticmethod
    def synchronize() -> None:
        streams.synchronize()

    @staticmethod
    def get_device() -> Device:
        return Device(0)

    @staticmethod
    def get_current() -> "Context | None":
        return _stack()[-1] if _stack() else None


class Stream:
    """A stream: trtlike's own, whose handle execute_async_v3 takes."""

    def __init__(self, flags: int = 0):
        self.handle = streams.create_for(self)

    @_raises
    def synchronize(self) -> None:
        streams.synchronize(self.handle)

    @_raises
    def is_done(self) -> bool:
        streams.synchronize(self.handle)
        return True

    def wait_for_event(self, event: "Event") -> None:
        """Events have happened when they are recorded: nothing is left to wait for."""


class Event:
    """A point in a stream, with its time."""

    def __init__(self, flags: int = 0):
        self._clock = streams.EventClock(timed=not flags & event_flags.DISABLE_TIMING)

    @_raises
    def record(self, stream: Stream | None = None) -> "Event":
        self._clock.record(stream)
        return self

    def synchronize(self) -> "Event":
        return self

    def query(self) -> bool:
        return True

    @_raises
    def time_since(self, event: "Event") -> float:
        return self._clock.milliseconds_since(event._clock)

    @_raises
    def time_till(self, event: "Event") -> float:
        return event._clock.milliseconds_since(self._clock)


class DeviceAllocation:
    """Device memory; as an int its address. It is freed with its last name, or by free()."""

    def __init__(self, address: int):
        self._address: int | None = address
        self._release = memory.free_with(self, address, "device")

    @_raises
    def free(self) -> None:
        int(self)
        self._address = None
        self._release()

    def as_buffer(self, size: int, offset: int = 0) -> Any:
        return memory.array(int(self) + offset, size).data

    def __int__(self) -> int:
        if self._address is None:
            raise LogicError("device_allocation failed: invalid argument - it is freed already")
        return self._address

    __index__ = __int__

    def __add__(self, offset: int) -> int:
        return int(self) + offset

    __radd__ = __add__


@_raises
def mem_alloc(bytes: int) -> DeviceAllocation:
    if bytes <= 0:
        raise CudaError(Code.INVALID_VALUE, f"expected a size above 0, got {bytes}.")
    return DeviceAllocation(streams.allocate(int(bytes), "device"))


def mem_alloc_like(ary: np.ndarray) -> DeviceAllocation:
    return mem_alloc(ary.nbytes)


def mem_get_info() -> tuple[int, int]:
    return memory.free_bytes(), memory.total_bytes()


def to_device(bf_obj: Any) -> DeviceAllocation:
    allocation = mem_alloc(memoryview(bf_obj).nbytes)
    memcpy_htod(allocation, bf_obj)
    return allocation


def from_device(devptr: Any, shape: Any, dtype: Any, order: str = "C") -> np.ndarray:
    result = np.empty(shape, dtype, order)  # type: ignore[call-overload]
    memcpy_dtoh(result, devptr)
    return result


def from_device_like(devptr: Any, other_ary: np.ndarray) -> np.ndarray:
    result = np.empty_like(other_ary)
    memcpy_dtoh(result, devptr)
    return result


class _Owner:
    """What an array over a block stands on: the block is freed with it."""

    def __init__(self, address: int, nbytes: int, kind: memory.Kind):
        self.__array_interface__ = memory.array(address, nbytes).__array_interface__
        memory.free_with(self, address, kind)


def _host_empty(shape: Any, dtype: Any, order: str, kind: memory.Kind) -> np.ndarray:
    extents = (shape,) if np.isscalar(shape) else tuple(shape)
    wanted = np.dtype(dtype)
    nbytes = int(np.prod(extents, dtype=np.int64)) * wanted.itemsize
    if nbytes == 0:
        return np.empty(extents, wanted)
    address = streams.allocate(nbytes, kind)
    owner = _Owner(address, nbytes, kind)
    return np.asarray(owner).view(wanted).reshape(extents, order=order)  # type: ignore[call-overload]


@_raises
def pagelocked_empty(shape: Any, dtype: Any, order: str = "C", mem_flags: int = 0) -> np.ndarray:
    return _host_empty(shape, dtype, order, "host")


pagelocked_zeros = pagelocked_empty


def pagelocked_empty_like(array: np.ndarray, mem_flags: int = 0) -> np.ndarray:
    return pagelocked_empty(array.shape, array.dtype)


def pagelocked_zeros_like(array: np.ndarray, mem_flags: int = 0) -> np.ndarray:
    return pagelocked_zeros(array.shape, array.dtype)


@_raises
def managed_empty(shape: Any, dtype: Any, order: str = "C", mem_flags: int = 0) -> np.ndarray:
    return _host_empty(shape, dtype, order, "managed")


managed_zeros = managed_empty


def register_host_memory(ary: np.ndarray, flags: int = 0) -> np.ndarray:
    return ary


@_raises
def memcpy_htod(dest: Any, src: Any) -> None:
    streams.copy(dest, src, memoryview(src).nbytes, 1)


@_raises
def memcpy_htod_async(dest: Any, src: Any, stream: Stream | None = None) -> None:
    streams.copy(dest, src, memoryview(src).nbytes, 1, stream)


@_raises
def memcpy_dtoh(dest: Any, src: Any) -> None:
    streams.copy(dest, src, memoryview(dest).nbytes, 2)


@_raises
def memcpy_dtoh_async(dest: Any, src: Any, stream: Stream | None = None) -> None:
    streams.copy(dest, src, memoryview(dest).nbytes, 2, stream)


@_raises
def memcpy_dtod(dest: Any, src: Any, size: int) -> None:
    streams.copy(dest, src, size, 3)


@_raises
def memcpy_dtod_async(dest: Any, src: Any, size: int, stream: Stream | None = None) -> None:
    streams.copy(dest, src, size, 3, stream)


def _memset(width: int) -> tuple[Callable[..., None], Callable[..., None]]:
    @_raises
    def memset(dest: Any, data: int, count: int) -> None:
        streams.fill(dest, data, count, width)

    @_raises
    def memset_async(dest: Any, data: int, count: int, stream: Stream | None = None) -> None:
        streams.fill(dest, data, count, width, stream)

    return memset, memset_async


memset_d8, memset_d8_async = _memset(1)
memset_d16, memset_d16_async = _memset(2)
memset_d32, memset_d32_async = _memset(4)


def __getattr__(name: str) -> Any:
    if name in ("module_from_file", "module_from_buffer", "Module", "Function"):
        return lambda *_, **__: errors.refuse_kernels(f"pycuda.driver.{name}")
    if name in ("Array", "TextureReference", "Memcpy2D", "Memcpy3D", "mem_alloc_pitch"):
        return lambda *_, **__: errors.refuse(
            f"pycuda.driver.{name}", "would use pitched memory, CUDA arrays or textures",
            "Use linear memory and one copy for all bytes",
        )  # fmt: skip
    raise AttributeError(
        f"module {__name__!r} has no attribute {name!r}: trtlike's stand-in has no such name."
    )
