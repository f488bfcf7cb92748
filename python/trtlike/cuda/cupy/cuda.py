"""cupy.cuda: device, streams, events and memory, on the host."""

import threading
from typing import Any

from trtlike.cuda.bindings import runtime as _runtime
from trtlike.cuda.host import device as _device
from trtlike.cuda.host import memory, streams

_current = threading.local()


def _stack() -> "list[Stream]":
    if not hasattr(_current, "stack"):
        _current.stack = [Stream.null]
    return _current.stack


def synchronize(stream: Any = None) -> None:
    """Waits for the stream; without one, for all."""
    streams.synchronize(stream)


class Stream:
    """A stream: trtlike's own; `ptr` is the handle that execute_async_v3 takes."""

    null: "Stream"

    def __init__(
        self,
        null: bool = False,
        non_blocking: bool = False,
        ptds: bool = False,
        priority: Any = None,
    ):
        self.ptr = 0 if null or ptds else streams.create_for(self)

    def synchronize(self) -> None:
        streams.synchronize(self.ptr)

    @property
    def done(self) -> bool:
        streams.synchronize(self.ptr)
        return True

    def use(self) -> "Stream":
        _stack()[-1] = self
        return self

    def __enter__(self) -> "Stream":
        _stack().append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _stack().pop()

    def record(self, event: "Event | None" = None) -> "Event":
        event = event or Event()
        event.record(self)
        return event

    def wait_event(self, event: "Event") -> None:
        """Events have happened when they are recorded: nothing is left to wait for."""


Stream.null = Stream(null=True)


class ExternalStream(Stream):
    """A stream that someone else made."""

    def __init__(self, ptr: int, device_id: int = -1):
        self.ptr = int(ptr)


def get_current_stream() -> Stream:
    return _stack()[-1]


class Event:
    """A point in a stream, with its time."""

    def __init__(
        self, block: bool = False, disable_timing: bool = False, interprocess: bool = False
    ):
        self._clock = streams.EventClock(timed=not disable_timing)

    def record(self, stream: Stream | None = None) -> None:
        self._clock.record(stream or get_current_stream())

    def synchronize(self) -> None:
        pass

    @property
    def done(self) -> bool:
        return True


def get_elapsed_time(start_event: Event, end_event: Event) -> float:
    return end_event._clock.milliseconds_since(start_event._clock)


class Device:
    """The one device."""

    def __init__(self, device: int = 0):
        self.id = _device.check(device)

    @property
    def compute_capability(self) -> str:
        return "".join(map(str, _device.COMPUTE_CAPABILITY))

    @property
    def mem_info(self) -> tuple[int, int]:
        return memory.free_bytes(), memory.total_bytes()

    def use(self) -> None:
        pass

    def synchronize(self) -> None:
        streams.synchronize()

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Memory:
    """Device memory of our own."""

    def __init__(self, size: int):
        self.size = size
        self.ptr = streams.allocate(size, "device")
        memory.free_with(self, self.ptr, "device")


class UnownedMemory:
    """Memory of someone else, kept by `owner`."""

    def __init__(self, ptr: int, size: int, owner: object, device_id: int = -1):
        self.ptr, self.size, self.owner = int(ptr), size, owner


class MemoryPointer:
    """A place in memory."""

    def __init__(self, mem: Memory | UnownedMemory, offset: int):
        self.mem = mem
        self.ptr = mem.ptr + offset

    def __int__(self) -> int:
        return self.ptr

    def __add__(self, offset: int) -> "MemoryPointer":
        return MemoryPointer(self.mem, self.ptr - self.mem.ptr + offset)

    def copy_from_host(self, mem: Any, size: int) -> None:
        streams.copy(self.ptr, mem, size, 4)

    def copy_to_host(self, mem: Any, size: int) -> None:
        streams.copy(mem, self.ptr, size, 4)

    def copy_from_device(self, src: "MemoryPointer", size: int) -> None:
        streams.copy(self.ptr, src.ptr, size, 4)

    def memset(self, value: int, size: int) -> None:
        streams.fill(self.ptr, value, size)


def alloc(size: int) -> MemoryPointer:
    return MemoryPointer(Memory(size), 0)


class MemoryPool:
    """A pool: the allocator below keeps what is freed."""

    def malloc(self, size: int) -> MemoryPointer:
        return alloc(size)

    def free_all_blocks(self, stream: Any = None) -> None:
        pass

    def used_bytes(self) -> int:
        return memory.live_bytes()

    def total_bytes(self) -> int:
        return memory.live_bytes()


def is_available() -> bool:
    return True


class runtime:
    """cupy.cuda.runtime: the CUDA runtime, failures as exceptions."""

    class CUDARuntimeError(RuntimeError):
        """A failed call."""

    memcpyHostToHost, memcpyHostToDevice, memcpyDeviceToHost, memcpyDeviceToDevice = range(4)
    memcpyDefault = 4

    @staticmethod
    def _call(name: str, *args: Any) -> Any:
        error, *results = getattr(_runtime, name)(*args)
        if error:
            raise runtime.CUDARuntimeError(
                f"{error.name}: {_runtime.cudaGetErrorString(error)[1].decode()}"
            )
        return results[0] if len(results) == 1 else (tuple(results) or None)

    getDeviceCount = staticmethod(lambda: runtime._call("cudaGetDeviceCount"))
    getDevice = staticmethod(lambda: runtime._call("cudaGetDevice"))
    setDevice = staticmethod(lambda device: runtime._call("cudaSetDevice", device))
    malloc = staticmethod(lambda size: runtime._call("cudaMalloc", size))
    free = staticmethod(lambda ptr: runtime._call("cudaFree", ptr))
    memGetInfo = staticmethod(lambda: runtime._call("cudaMemGetInfo"))
    memcpy = staticmethod(lambda *args: runtime._call("cudaMemcpy", *args))
    memcpyAsync = staticmethod(lambda *args: runtime._call("cudaMemcpyAsync", *args))
    memset = staticmethod(lambda *args: runtime._call("cudaMemset", *args))
    streamCreate = staticmethod(lambda: int(runtime._call("cudaStreamCreate")))
    streamDestroy = staticmethod(lambda stream: runtime._call("cudaStreamDestroy", stream))
    streamSynchronize = staticmethod(lambda stream: runtime._call("cudaStreamSynchronize", stream))
    deviceSynchronize = staticmethod(lambda: runtime._call("cudaDeviceSynchronize"))
    runtimeGetVersion = staticmethod(lambda: runtime._call("cudaRuntimeGetVersion"))
    driverGetVersion = staticmethod(lambda: runtime._call("cudaDriverGetVersion"))

    @staticmethod
    def getDeviceProperties(device: int) -> dict[str, Any]:
        return dict(vars(runtime._call("cudaGetDeviceProperties", device)))
