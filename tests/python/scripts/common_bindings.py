"""The buffer helpers of samples from TensorRT 10.14 on: cuda.bindings, and owners of memory."""

import ctypes

import numpy as np
from cuda.bindings import driver as cuda
from cuda.bindings import nvrtc
from cuda.bindings import runtime as cudart


def cuda_call(call):
    err, res = call[0], call[1:]
    if err.value:
        if isinstance(err, cuda.CUresult):
            name = cuda.cuGetErrorName(err)[1]
        elif isinstance(err, cudart.cudaError_t):
            name = cudart.cudaGetErrorName(err)[1]
        else:
            name = nvrtc.nvrtcGetErrorString(err)[1]
        raise RuntimeError(f"CUDA error code={err.value} ({name})")
    return None if not res else res[0] if len(res) == 1 else res


class DeviceMem:
    def __init__(self, nbytes):
        self.nbytes = nbytes
        self.device_ptr = cuda_call(cudart.cudaMalloc(nbytes))

    def free(self):
        cuda_call(cudart.cudaFree(self.device_ptr))


class PinnedHostMem:
    def __init__(self, shape, dtype):
        dtype = np.dtype(dtype)
        self.nbytes = int(np.prod(shape)) * dtype.itemsize
        self.pointer = cuda_call(cudart.cudaMallocHost(self.nbytes))
        block = (ctypes.c_byte * self.nbytes).from_address(int(self.pointer))
        self.array = np.frombuffer(block, dtype).reshape(shape)

    def free(self):
        self.array = None
        cuda_call(cudart.cudaFreeHost(self.pointer))


class CudaStreamContext:
    def __init__(self):
        self.stream = cuda_call(cudart.cudaStreamCreate())

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        cuda_call(cudart.cudaStreamDestroy(self.stream))

    def synchronize(self):
        cuda_call(cudart.cudaStreamSynchronize(self.stream))


def memcpy_host_to_device(device_ptr, array, stream):
    kind = cudart.cudaMemcpyKind.cudaMemcpyHostToDevice
    cuda_call(cudart.cudaMemcpyAsync(device_ptr, array, array.nbytes, kind, stream))


def memcpy_device_to_host(array, device_ptr, stream):
    kind = cudart.cudaMemcpyKind.cudaMemcpyDeviceToHost
    cuda_call(cudart.cudaMemcpyAsync(array, device_ptr, array.nbytes, kind, stream))
