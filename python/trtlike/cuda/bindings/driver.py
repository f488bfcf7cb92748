"""cuda-python's driver API on host memory: every call answers a tuple, the error first."""

import itertools
import threading
from collections.abc import Callable
from typing import Any

from trtlike.cuda.host import device, enums, errors, memory, streams
from trtlike.cuda.host.enums import CUdevice_attribute as CUdevice_attribute
from trtlike.cuda.host.enums import CUresult as CUresult
from trtlike.cuda.host.errors import Code, CudaError
from trtlike.cuda.host.tuples import Answers, Handle

answers = Answers(CUresult)
CUDA_VERSION = device.CUDA_VERSION
_context_numbers = itertools.count(1)
_contexts = threading.local()


class CUdevice(Handle):
    """A device ordinal."""


class CUcontext(Handle):
    """A context: a name only."""


class CUstream(Handle):
    """A stream: trtlike's own, whose handle execute_async_v3 takes."""


class CUevent(Handle):
    """An event."""


class CUdeviceptr(Handle):
    """An address."""


class cuuint64_t(Handle):
    """A number of 64 bits."""


class cuuint32_t(Handle):
    """A number of 32 bits."""


def _stack() -> list[CUcontext]:
    if not hasattr(_contexts, "stack"):
        _contexts.stack = []
    return _contexts.stack


@answers(0)
def cuInit(Flags: int) -> None:
    pass


@answers(1)
def cuDriverGetVersion() -> int:
    return device.CUDA_VERSION


@answers(1)
def cuDeviceGetCount() -> int:
    return 1


@answers(1)
def cuDeviceGet(ordinal: int) -> CUdevice:
    return CUdevice(device.check(ordinal))


@answers(1)
def cuDeviceGetName(length: int, dev: Any) -> bytes:
    device.check(dev)
    return device.name().encode()[: max(length - 1, 0)]


@answers(1)
def cuDeviceTotalMem(dev: Any) -> int:
    device.check(dev)
    return memory.total_bytes()


@answers(1)
def cuDeviceGetAttribute(attrib: Any, dev: Any) -> int:
    device.check(dev)
    name = enums.ATTRIBUTE_PROPERTIES[int(CUdevice_attribute(attrib))]
    return device.attributes()[name]


@answers(2)
def cuDeviceComputeCapability(dev: Any) -> tuple[int, int]:
    device.check(dev)
    return device.COMPUTE_CAPABILITY


@answers(1)
def cuDevicePrimaryCtxRetain(dev: Any) -> CUcontext:
    device.check(dev)
    return CUcontext(next(_context_numbers))


@answers(0)
def cuDevicePrimaryCtxRelease(dev: Any) -> None:
    device.check(dev)


@answers(1)
def cuCtxCreate(*parameters: Any) -> CUcontext:
    """Takes flags and device, with the parameters of CUDA 13 before them or without."""
    device.check(parameters[-1])
    context = CUcontext(next(_context_numbers))
    _stack().append(context)
    return context


@answers(0)
def cuCtxDestroy(ctx: Any) -> None:
    if ctx in _stack():
        _stack().remove(ctx)


@answers(0)
def cuCtxPushCurrent(ctx: Any) -> None:
    _stack().append(ctx)


@answers(1)
def cuCtxPopCurrent() -> CUcontext:
    if not _stack():
        raise CudaError(Code.INVALID_CONTEXT, "expected a context on the stack, got none.")
    return _stack().pop()


@answers(0)
def cuCtxSetCurrent(ctx: Any) -> None:
    del _stack()[-1:]
    _stack().append(ctx)


@answers(1)
def cuCtxGetCurrent() -> CUcontext:
    return _stack()[-1] if _stack() else CUcontext(0)


@answers(1)
def cuCtxGetDevice() -> CUdevice:
    return CUdevice(0)


@answers(0)
def cuCtxSynchronize() -> None:
    streams.synchronize()


@answers(1)
def cuMemAlloc(bytesize: int) -> CUdeviceptr:
    return CUdeviceptr(streams.allocate(int(bytesize), "device"))


@answers(1)
def cuMemAllocAsync(bytesize: int, hStream: Any) -> CUdeviceptr:
    streams.handle_of(hStream)
    return CUdeviceptr(streams.allocate(int(bytesize), "device"))


@answers(1)
def cuMemAllocManaged(bytesize: int, flags: int) -> CUdeviceptr:
    return CUdeviceptr(streams.allocate(int(bytesize), "managed"))


@answers(1)
def cuMemAllocHost(bytesize: int) -> int:
    return streams.allocate(int(bytesize), "host")


@answers(1)
def cuMemHostAlloc(bytesize: int, Flags: int) -> int:
    return streams.allocate(int(bytesize), "host")


@answers(0)
def cuMemFree(dptr: Any) -> None:
    streams.free(dptr, "device", "managed")


@answers(0)
def cuMemFreeAsync(dptr: Any, hStream: Any) -> None:
    streams.handle_of(hStream)
    streams.free(dptr, "device", "managed")


@answers(0)
def cuMemFreeHost(p: Any) -> None:
    streams.free(p, "host")


@answers(2)
def cuMemGetInfo() -> tuple[int, int]:
    return memory.free_bytes(), memory.total_bytes()


@answers(0)
def cuMemcpy(dst: Any, src: Any, ByteCount: int) -> None:
    streams.copy(dst, src, int(ByteCount))


@answers(0)
def cuMemcpyAsync(dst: Any, src: Any, ByteCount: int, hStream: Any) -> None:
    streams.copy(dst, src, int(ByteCount), stream=hStream)


@answers(0)
def cuMemcpyHtoD(dstDevice: Any, srcHost: Any, ByteCount: int) -> None:
    streams.copy(dstDevice, srcHost, int(ByteCount), 1)


@answers(0)
def cuMemcpyHtoDAsync(dstDevice: Any, srcHost: Any, ByteCount: int, hStream: Any) -> None:
    streams.copy(dstDevice, srcHost, int(ByteCount), 1, hStream)


@answers(0)
def cuMemcpyDtoH(dstHost: Any, srcDevice: Any, ByteCount: int) -> None:
    streams.copy(dstHost, srcDevice, int(ByteCount), 2)


@answers(0)
def cuMemcpyDtoHAsync(dstHost: Any, srcDevice: Any, ByteCount: int, hStream: Any) -> None:
    streams.copy(dstHost, srcDevice, int(ByteCount), 2, hStream)


@answers(0)
def cuMemcpyDtoD(dstDevice: Any, srcDevice: Any, ByteCount: int) -> None:
    streams.copy(dstDevice, srcDevice, int(ByteCount), 3)


@answers(0)
def cuMemcpyDtoDAsync(dstDevice: Any, srcDevice: Any, ByteCount: int, hStream: Any) -> None:
    streams.copy(dstDevice, srcDevice, int(ByteCount), 3, hStream)


@answers(0)
def cuMemsetD8(dstDevice: Any, uc: int, N: int) -> None:
    streams.fill(dstDevice, int(uc), int(N))


@answers(0)
def cuMemsetD8Async(dstDevice: Any, uc: int, N: int, hStream: Any) -> None:
    streams.fill(dstDevice, int(uc), int(N), stream=hStream)


@answers(0)
def cuMemsetD32(dstDevice: Any, ui: int, N: int) -> None:
    streams.fill(dstDevice, int(ui), int(N), 4)


@answers(0)
def cuMemsetD32Async(dstDevice: Any, ui: int, N: int, hStream: Any) -> None:
    streams.fill(dstDevice, int(ui), int(N), 4, hStream)


@answers(1)
def cuStreamCreate(Flags: int) -> CUstream:
    return CUstream(streams.create())


@answers(1)
def cuStreamCreateWithPriority(flags: int, priority: int) -> CUstream:
    return CUstream(streams.create())


@answers(0)
def cuStreamDestroy(hStream: Any) -> None:
    streams.destroy(hStream)


@answers(0)
def cuStreamSynchronize(hStream: Any) -> None:
    streams.synchronize(hStream)


@answers(0)
def cuStreamQuery(hStream: Any) -> None:
    streams.synchronize(hStream)


@answers(0)
def cuStreamWaitEvent(hStream: Any, hEvent: Any, Flags: int) -> None:
    streams.handle_of(hStream)
    streams.event_of(hEvent)


@answers(1)
def cuEventCreate(Flags: int) -> CUevent:
    return CUevent(streams.create_event(timed=not int(Flags) & 2))


@answers(0)
def cuEventRecord(hEvent: Any, hStream: Any) -> None:
    streams.event_of(hEvent).record(hStream)


@answers(0)
def cuEventSynchronize(hEvent: Any) -> None:
    streams.event_of(hEvent)


@answers(0)
def cuEventQuery(hEvent: Any) -> None:
    streams.event_of(hEvent)


@answers(1)
def cuEventElapsedTime(hStart: Any, hEnd: Any) -> float:
    return streams.event_of(hEnd).milliseconds_since(streams.event_of(hStart))


@answers(0)
def cuEventDestroy(hEvent: Any) -> None:
    streams.destroy_event(hEvent)


@answers(0)
def cuProfilerStart() -> None:
    pass


@answers(0)
def cuProfilerStop() -> None:
    pass


@answers(1)
def cuGetErrorName(error: Any) -> bytes:
    return enums.name_of(CUresult(error))


@answers(1)
def cuGetErrorString(error: Any) -> bytes:
    return enums.text_of(error)


def __getattr__(name: str) -> Callable[..., Any]:
    return errors.find_refused(__name__, name)


__all__ = [name for name in dir() if name.lower().startswith("cu")]
