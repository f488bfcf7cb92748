"""cuda-python's runtime on host memory: every call answers a tuple, the error first."""

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from trtlike.cuda.host import device, enums, errors, memory, streams
from trtlike.cuda.host.enums import cudaDeviceAttr as cudaDeviceAttr
from trtlike.cuda.host.enums import cudaError_t as cudaError_t
from trtlike.cuda.host.enums import cudaMemAllocationHandleType as cudaMemAllocationHandleType
from trtlike.cuda.host.enums import cudaMemAllocationType as cudaMemAllocationType
from trtlike.cuda.host.enums import cudaMemcpyKind as cudaMemcpyKind
from trtlike.cuda.host.enums import cudaMemLocationType as cudaMemLocationType
from trtlike.cuda.host.enums import cudaMemoryType as cudaMemoryType
from trtlike.cuda.host.enums import cudaMemPoolAttr as cudaMemPoolAttr
from trtlike.cuda.host.tuples import Answers, Handle

answers = Answers(cudaError_t)
_pool_numbers = itertools.count(1)

cudaHostAllocDefault, cudaHostAllocPortable, cudaHostAllocMapped = 0, 1, 2
cudaHostAllocWriteCombined = 4
cudaHostRegisterDefault, cudaHostRegisterPortable, cudaHostRegisterMapped = 0, 1, 2
cudaHostRegisterIoMemory, cudaHostRegisterReadOnly = 4, 8
cudaMemAttachGlobal, cudaMemAttachHost, cudaMemAttachSingle = 1, 2, 4
cudaStreamDefault, cudaStreamNonBlocking = 0, 1
cudaStreamLegacy, cudaStreamPerThread = 1, 2
cudaEventDefault, cudaEventBlockingSync, cudaEventDisableTiming = 0, 1, 2
cudaEventInterprocess, cudaEventRecordDefault, cudaEventWaitDefault = 4, 0, 0
cudaDeviceScheduleAuto, cudaDeviceScheduleSpin, cudaDeviceScheduleYield = 0, 1, 2
cudaDeviceScheduleBlockingSync, cudaDeviceMapHost, cudaDeviceLmemResizeToMax = 4, 8, 16
cudaCpuDeviceId, cudaInvalidDeviceId = -1, -2
CUDART_VERSION = device.CUDA_VERSION


class cudaStream_t(Handle):
    """A stream: trtlike's own, whose handle execute_async_v3 takes."""


class cudaEvent_t(Handle):
    """An event."""


class cudaDeviceProp:
    """The device's properties by CUDA's names."""

    def __init__(self) -> None:
        self.name = device.name().encode()
        vars(self).update(device.attributes())


@answers(1)
def cudaMalloc(size: int) -> int:
    return streams.allocate(int(size), "device")


@answers(1)
def cudaMallocAsync(size: int, hStream: Any) -> int:
    streams.handle_of(hStream)
    return streams.allocate(int(size), "device")


@answers(1)
def cudaMallocHost(size: int) -> int:
    return streams.allocate(int(size), "host")


@answers(1)
def cudaHostAlloc(size: int, flags: int) -> int:
    return streams.allocate(int(size), "host")


@answers(1)
def cudaMallocManaged(size: int, flags: int = cudaMemAttachGlobal) -> int:
    return streams.allocate(int(size), "managed")


@answers(0)
def cudaFree(devPtr: Any) -> None:
    streams.free(devPtr, "device", "managed")


@answers(0)
def cudaFreeAsync(devPtr: Any, hStream: Any) -> None:
    streams.handle_of(hStream)
    streams.free(devPtr, "device", "managed")


@answers(0)
def cudaFreeHost(ptr: Any) -> None:
    streams.free(ptr, "host")


@answers(0)
def cudaMemcpy(dst: Any, src: Any, count: int, kind: Any) -> None:
    streams.copy(dst, src, int(count), int(kind))


@answers(0)
def cudaMemcpyAsync(dst: Any, src: Any, count: int, kind: Any, stream: Any) -> None:
    streams.copy(dst, src, int(count), int(kind), stream)


@answers(0)
def cudaMemset(devPtr: Any, value: int, count: int) -> None:
    streams.fill(devPtr, value, int(count))


@answers(0)
def cudaMemsetAsync(devPtr: Any, value: int, count: int, stream: Any) -> None:
    streams.fill(devPtr, value, int(count), stream=stream)


@answers(2)
def cudaMemGetInfo() -> tuple[int, int]:
    return memory.free_bytes(), memory.total_bytes()


class cudaPointerAttributes:
    """Where an address lies."""

    def __init__(self, address: int):
        block = memory.find(address)
        kinds = {"host": 1, "device": 2, "managed": 3}
        self.type = cudaMemoryType(kinds[block.kind] if block else 0)
        self.device = 0
        self.devicePointer = address if block else 0
        self.hostPointer = address


@answers(1)
def cudaPointerGetAttributes(ptr: Any) -> cudaPointerAttributes:
    return cudaPointerAttributes(memory.address_of(ptr))


@answers(0)
def cudaHostRegister(ptr: Any, size: int, flags: int) -> None:
    memory.check_span("cudaHostRegister", ptr, int(size), False, written=False)


@answers(0)
def cudaHostUnregister(ptr: Any) -> None:
    memory.check_span("cudaHostUnregister", ptr, 1, False, written=False)


class cudaMemPool_t(Handle):
    """A memory pool: a name only, all memory is the host's."""


class cudaMemPoolProps:
    """What a pool is asked to be; the location is kept and has no effect."""

    def __init__(self) -> None:
        self.allocType = cudaMemAllocationType.cudaMemAllocationTypePinned
        self.handleTypes = cudaMemAllocationHandleType.cudaMemHandleTypeNone
        self.location = SimpleNamespace(type=cudaMemLocationType.cudaMemLocationTypeDevice, id=0)
        self.maxSize = 0


@answers(1)
def cudaMemPoolCreate(poolProps: cudaMemPoolProps) -> cudaMemPool_t:
    _check_device(poolProps.location.id)
    return cudaMemPool_t(next(_pool_numbers))


@answers(0)
def cudaMemPoolSetAttribute(memPool: Any, attr: Any, value: Any) -> None:
    cudaMemPoolAttr(attr)


@answers(0)
def cudaMemPoolDestroy(memPool: Any) -> None:
    pass


@answers(1)
def cudaMallocFromPoolAsync(size: int, memPool: Any, stream: Any) -> int:
    streams.handle_of(stream)
    return streams.allocate(int(size), "device")


@answers(1)
def cudaHostGetDevicePointer(pHost: Any, flags: int) -> int:
    return memory.check_span("cudaHostGetDevicePointer", pHost, 1, False, written=False)


@answers(1)
def cudaStreamCreate() -> cudaStream_t:
    return cudaStream_t(streams.create())


@answers(1)
def cudaStreamCreateWithFlags(flags: int) -> cudaStream_t:
    return cudaStream_t(streams.create())


@answers(1)
def cudaStreamCreateWithPriority(flags: int, priority: int) -> cudaStream_t:
    return cudaStream_t(streams.create())


@answers(0)
def cudaStreamDestroy(stream: Any) -> None:
    streams.destroy(stream)


@answers(0)
def cudaStreamSynchronize(stream: Any) -> None:
    streams.synchronize(stream)


@answers(0)
def cudaStreamQuery(stream: Any) -> None:
    streams.synchronize(stream)


@answers(0)
def cudaStreamWaitEvent(stream: Any, event: Any, flags: int = 0) -> None:
    streams.handle_of(stream)
    streams.event_of(event)


@answers(1)
def cudaStreamGetPriority(hStream: Any) -> int:
    streams.handle_of(hStream)
    return 0


@answers(2)
def cudaDeviceGetStreamPriorityRange() -> tuple[int, int]:
    return 0, 0


@answers(1)
def cudaEventCreate() -> cudaEvent_t:
    return cudaEvent_t(streams.create_event())


@answers(1)
def cudaEventCreateWithFlags(flags: int) -> cudaEvent_t:
    return cudaEvent_t(streams.create_event(timed=not int(flags) & cudaEventDisableTiming))


@answers(0)
def cudaEventRecord(event: Any, stream: Any = 0) -> None:
    streams.event_of(event).record(stream)


@answers(0)
def cudaEventSynchronize(event: Any) -> None:
    streams.event_of(event)


@answers(0)
def cudaEventQuery(event: Any) -> None:
    streams.event_of(event)


@answers(1)
def cudaEventElapsedTime(start: Any, end: Any) -> float:
    return streams.event_of(end).milliseconds_since(streams.event_of(start))


@answers(0)
def cudaEventDestroy(event: Any) -> None:
    streams.destroy_event(event)


@answers(1)
def cudaGetDeviceCount() -> int:
    return 1


@answers(1)
def cudaGetDevice() -> int:
    return 0


@answers(0)
def cudaSetDevice(device: int) -> None:
    _check_device(device)


def _check_device(ordinal: Any) -> int:
    return device.check(ordinal)


@answers(0)
def cudaInitDevice(device: int, deviceFlags: int, flags: int) -> None:
    _check_device(device)


@answers(0)
def cudaSetDeviceFlags(flags: int) -> None:
    pass


@answers(1)
def cudaGetDeviceProperties(device: int) -> cudaDeviceProp:
    _check_device(device)
    return cudaDeviceProp()


@answers(1)
def cudaDeviceGetAttribute(attr: Any, device: int) -> int:
    _check_device(device)
    properties: dict[str, int] = vars(cudaDeviceProp())
    return properties[enums.ATTRIBUTE_PROPERTIES[int(cudaDeviceAttr(attr))]]


@answers(0)
def cudaDeviceSynchronize() -> None:
    streams.synchronize()


@answers(0)
def cudaDeviceReset() -> None:
    streams.synchronize()


@answers(1)
def cudaDriverGetVersion() -> int:
    return device.CUDA_VERSION


@answers(1)
def cudaRuntimeGetVersion() -> int:
    return device.CUDA_VERSION


@answers(0)
def cudaProfilerStart() -> None:
    pass


@answers(0)
def cudaProfilerStop() -> None:
    pass


@answers(1)
def cudaGetErrorName(error: Any) -> bytes:
    return enums.name_of(cudaError_t(error))


@answers(1)
def cudaGetErrorString(error: Any) -> bytes:
    return enums.text_of(error)


def cudaPeekAtLastError() -> tuple[Any]:
    return (answers.last,)


def cudaGetLastError() -> tuple[Any]:
    """The last error, which is forgotten."""
    last, answers.last = answers.last, cudaError_t.cudaSuccess
    return (last,)


def __getattr__(name: str) -> Callable[..., Any]:
    return errors.find_refused(__name__, name)


__all__ = [name for name in dir() if name.startswith("cuda")]
