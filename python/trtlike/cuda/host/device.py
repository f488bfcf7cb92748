"""The one device: this machine's CPU, in the words that CUDA programs ask for."""

import functools

from trtlike import _trtlike
from trtlike.cuda.host import memory
from trtlike.cuda.host.errors import Code, CudaError

# What programs choose precisions by: from 8.0 on they take FP16, BF16 and INT8 to be there.
COMPUTE_CAPABILITY = (8, 0)
CUDA_VERSION = 12060


def check(ordinal: object) -> int:
    """The ordinal, 0. Raises CudaError for any other."""
    number = int(ordinal)  # type: ignore[call-overload]
    if number != 0:
        raise CudaError(Code.INVALID_DEVICE, f"device: expected 0, the CPU, got {number}.")
    return number


@functools.cache
def name() -> str:
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return _trtlike.cpu_fingerprint()


def attributes() -> dict[str, int]:
    """Attributes by the names of cudaDeviceProp."""
    return {
        "major": COMPUTE_CAPABILITY[0],
        "minor": COMPUTE_CAPABILITY[1],
        "multiProcessorCount": _trtlike.default_num_threads(),
        "totalGlobalMem": memory.total_bytes(),
        "totalConstMem": 65536,
        "sharedMemPerBlock": 49152,
        "regsPerBlock": 65536,
        "warpSize": 32,
        "maxThreadsPerBlock": 1024,
        "maxThreadsPerMultiProcessor": 2048,
        "integrated": 1,
        "canMapHostMemory": 1,
        "unifiedAddressing": 1,
        "managedMemory": 1,
        "concurrentKernels": 1,
        "asyncEngineCount": 0,
        "isMultiGpuBoard": 0,
        "pciBusID": 0,
        "pciDeviceID": 0,
        "pciDomainID": 0,
    }
