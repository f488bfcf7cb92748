"""CUDA's enumerations and error texts, as the runtime and the driver name them."""

import enum
from typing import Any

# Number, name in the runtime, name in the driver where it has one, text.
_ERRORS: list[tuple[int, str, str | None, str]] = [
    (0, "cudaSuccess", "CUDA_SUCCESS", "no error"),
    (1, "cudaErrorInvalidValue", "CUDA_ERROR_INVALID_VALUE", "invalid argument"),
    (2, "cudaErrorMemoryAllocation", "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"),
    (3, "cudaErrorInitializationError", "CUDA_ERROR_NOT_INITIALIZED", "initialization error"),
    (4, "cudaErrorCudartUnloading", "CUDA_ERROR_DEINITIALIZED", "driver shutting down"),
    (12, "cudaErrorInvalidPitchValue", None, "invalid pitch argument"),
    (13, "cudaErrorInvalidSymbol", None, "invalid device symbol"),
    (17, "cudaErrorInvalidDevicePointer", None, "invalid device pointer"),
    (21, "cudaErrorInvalidMemcpyDirection", None, "invalid copy direction for memcpy"),
    (34, "cudaErrorStubLibrary", "CUDA_ERROR_STUB_LIBRARY", "CUDA driver is a stub library"),
    (
        35,
        "cudaErrorInsufficientDriver",
        None,
        "CUDA driver version is insufficient for CUDA runtime version",
    ),
    (
        46,
        "cudaErrorDevicesUnavailable",
        "CUDA_ERROR_DEVICE_UNAVAILABLE",
        "CUDA-capable device(s) is/are busy or unavailable",
    ),
    (100, "cudaErrorNoDevice", "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"),
    (101, "cudaErrorInvalidDevice", "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"),
    (
        200,
        "cudaErrorInvalidKernelImage",
        "CUDA_ERROR_INVALID_IMAGE",
        "device kernel image is invalid",
    ),
    (201, "cudaErrorDeviceUninitialized", "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"),
    (
        209,
        "cudaErrorNoKernelImageForDevice",
        "CUDA_ERROR_NO_BINARY_FOR_GPU",
        "no kernel image is available for execution on the device",
    ),
    (
        214,
        "cudaErrorECCUncorrectable",
        "CUDA_ERROR_ECC_UNCORRECTABLE",
        "uncorrectable ECC error encountered",
    ),
    (
        216,
        "cudaErrorDeviceAlreadyInUse",
        "CUDA_ERROR_CONTEXT_ALREADY_IN_USE",
        "exclusive-thread device already in use by a different thread",
    ),
    (
        217,
        "cudaErrorPeerAccessUnsupported",
        "CUDA_ERROR_PEER_ACCESS_UNSUPPORTED",
        "peer access is not supported between these two devices",
    ),
    (218, "cudaErrorInvalidPtx", "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"),
    (
        222,
        "cudaErrorUnsupportedPtxVersion",
        "CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
        "the provided PTX was compiled with an unsupported toolchain.",
    ),
    (300, "cudaErrorInvalidSource", "CUDA_ERROR_INVALID_SOURCE", "device kernel image is invalid"),
    (301, "cudaErrorFileNotFound", "CUDA_ERROR_FILE_NOT_FOUND", "file not found"),
    (
        302,
        "cudaErrorSharedObjectSymbolNotFound",
        "CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND",
        "shared object symbol not found",
    ),
    (
        304,
        "cudaErrorOperatingSystem",
        "CUDA_ERROR_OPERATING_SYSTEM",
        "OS call failed or operation not supported on this OS",
    ),
    (400, "cudaErrorInvalidResourceHandle", "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"),
    (
        401,
        "cudaErrorIllegalState",
        "CUDA_ERROR_ILLEGAL_STATE",
        "the operation cannot be performed in the present state",
    ),
    (500, "cudaErrorSymbolNotFound", "CUDA_ERROR_NOT_FOUND", "named symbol not found"),
    (600, "cudaErrorNotReady", "CUDA_ERROR_NOT_READY", "device not ready"),
    (
        700,
        "cudaErrorIllegalAddress",
        "CUDA_ERROR_ILLEGAL_ADDRESS",
        "an illegal memory access was encountered",
    ),
    (
        701,
        "cudaErrorLaunchOutOfResources",
        "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES",
        "too many resources requested for launch",
    ),
    (
        702,
        "cudaErrorLaunchTimeout",
        "CUDA_ERROR_LAUNCH_TIMEOUT",
        "the launch timed out and was terminated",
    ),
    (
        704,
        "cudaErrorPeerAccessAlreadyEnabled",
        "CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED",
        "peer access is already enabled",
    ),
    (
        705,
        "cudaErrorPeerAccessNotEnabled",
        "CUDA_ERROR_PEER_ACCESS_NOT_ENABLED",
        "peer access has not been enabled",
    ),
    (
        708,
        "cudaErrorSetOnActiveProcess",
        "CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE",
        "cannot set while device is active in this process",
    ),
    (709, "cudaErrorContextIsDestroyed", "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"),
    (710, "cudaErrorAssert", "CUDA_ERROR_ASSERT", "device-side assert triggered"),
    (
        712,
        "cudaErrorHostMemoryAlreadyRegistered",
        "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED",
        "part or all of the requested memory range is already mapped",
    ),
    (
        713,
        "cudaErrorHostMemoryNotRegistered",
        "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED",
        "pointer does not correspond to a registered memory region",
    ),
    (
        715,
        "cudaErrorIllegalInstruction",
        "CUDA_ERROR_ILLEGAL_INSTRUCTION",
        "an illegal instruction was encountered",
    ),
    (716, "cudaErrorMisalignedAddress", "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"),
    (719, "cudaErrorLaunchFailure", "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"),
    (800, "cudaErrorNotPermitted", "CUDA_ERROR_NOT_PERMITTED", "operation not permitted"),
    (801, "cudaErrorNotSupported", "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"),
    (802, "cudaErrorSystemNotReady", "CUDA_ERROR_SYSTEM_NOT_READY", "system not yet initialized"),
    (
        803,
        "cudaErrorSystemDriverMismatch",
        "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
        "system has unsupported display driver / cuda driver combination",
    ),
    (
        900,
        "cudaErrorStreamCaptureUnsupported",
        "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED",
        "operation not permitted when stream is capturing",
    ),
    (
        901,
        "cudaErrorStreamCaptureInvalidated",
        "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
        "operation failed due to a previous error during capture",
    ),
    (999, "cudaErrorUnknown", "CUDA_ERROR_UNKNOWN", "unknown error"),
]


class _Enum(enum.IntEnum):
    """Shown as '<cudaError_t.cudaSuccess: 0>' in text too, as cuda-python's are."""

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, format_spec: str) -> str:
        return format(repr(self), format_spec)


def _make(name: str, members: dict[str, int]) -> Any:
    factory: Any = _Enum
    return factory(name, members, module=__name__)


cudaError_t = _make("cudaError_t", {runtime: number for number, runtime, _, _ in _ERRORS})
CUresult = _make("CUresult", {driver: number for number, _, driver, _ in _ERRORS if driver})
cudaMemcpyKind = _make(
    "cudaMemcpyKind",
    {
        "cudaMemcpyHostToHost": 0,
        "cudaMemcpyHostToDevice": 1,
        "cudaMemcpyDeviceToHost": 2,
        "cudaMemcpyDeviceToDevice": 3,
        "cudaMemcpyDefault": 4,
    },
)
cudaMemoryType = _make(
    "cudaMemoryType",
    {
        "cudaMemoryTypeUnregistered": 0,
        "cudaMemoryTypeHost": 1,
        "cudaMemoryTypeDevice": 2,
        "cudaMemoryTypeManaged": 3,
    },
)
cudaDeviceAttr = _make(
    "cudaDeviceAttr",
    {
        "cudaDevAttrMaxThreadsPerBlock": 1,
        "cudaDevAttrMaxSharedMemoryPerBlock": 8,
        "cudaDevAttrWarpSize": 10,
        "cudaDevAttrMultiProcessorCount": 16,
        "cudaDevAttrIntegrated": 18,
        "cudaDevAttrCanMapHostMemory": 19,
        "cudaDevAttrConcurrentKernels": 31,
        "cudaDevAttrAsyncEngineCount": 40,
        "cudaDevAttrUnifiedAddressing": 41,
        "cudaDevAttrComputeCapabilityMajor": 75,
        "cudaDevAttrComputeCapabilityMinor": 76,
        "cudaDevAttrManagedMemory": 83,
    },
)
CUdevice_attribute = _make(
    "CUdevice_attribute",
    {
        "CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK": 1,
        "CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK": 8,
        "CU_DEVICE_ATTRIBUTE_WARP_SIZE": 10,
        "CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT": 16,
        "CU_DEVICE_ATTRIBUTE_INTEGRATED": 18,
        "CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY": 19,
        "CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS": 31,
        "CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT": 40,
        "CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING": 41,
        "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR": 75,
        "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR": 76,
        "CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY": 83,
    },
)
cudaMemAllocationType = _make(
    "cudaMemAllocationType",
    {"cudaMemAllocationTypeInvalid": 0, "cudaMemAllocationTypePinned": 1},
)
cudaMemAllocationHandleType = _make(
    "cudaMemAllocationHandleType",
    {"cudaMemHandleTypeNone": 0, "cudaMemHandleTypePosixFileDescriptor": 1},
)
cudaMemLocationType = _make(
    "cudaMemLocationType",
    {"cudaMemLocationTypeInvalid": 0, "cudaMemLocationTypeDevice": 1},
)
cudaMemPoolAttr = _make(
    "cudaMemPoolAttr",
    {
        "cudaMemPoolReuseFollowEventDependencies": 1,
        "cudaMemPoolReuseAllowOpportunistic": 2,
        "cudaMemPoolReuseAllowInternalDependencies": 3,
        "cudaMemPoolAttrReleaseThreshold": 4,
    },
)
nvrtcResult = _make(
    "nvrtcResult",
    {
        "NVRTC_SUCCESS": 0,
        "NVRTC_ERROR_OUT_OF_MEMORY": 1,
        "NVRTC_ERROR_PROGRAM_CREATION_FAILURE": 2,
        "NVRTC_ERROR_INVALID_INPUT": 3,
        "NVRTC_ERROR_INVALID_PROGRAM": 4,
        "NVRTC_ERROR_INVALID_OPTION": 5,
        "NVRTC_ERROR_COMPILATION": 6,
        "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE": 7,
        "NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION": 8,
        "NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION": 9,
        "NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID": 10,
        "NVRTC_ERROR_INTERNAL_ERROR": 11,
    },
)

# The names of cudaDeviceProp by the number of the attribute.
ATTRIBUTE_PROPERTIES = {
    1: "maxThreadsPerBlock",
    8: "sharedMemPerBlock",
    10: "warpSize",
    16: "multiProcessorCount",
    18: "integrated",
    19: "canMapHostMemory",
    31: "concurrentKernels",
    40: "asyncEngineCount",
    41: "unifiedAddressing",
    75: "major",
    76: "minor",
    83: "managedMemory",
}
_TEXTS = {number: text for number, _, _, text in _ERRORS}


def name_of(error: enum.IntEnum) -> bytes:
    """The name as the C API gives it."""
    return error.name.encode()


def text_of(error: int) -> bytes:
    """The text as the C API gives it."""
    return _TEXTS.get(int(error), "unrecognized error code").encode()
