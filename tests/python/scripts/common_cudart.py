"""The buffer helpers of samples from TensorRT 8.6 on, with cuda-python's runtime."""

import ctypes

import numpy as np
import tensorrt as trt

try:
    from cuda.bindings import driver as cuda
    from cuda.bindings import runtime as cudart
except ImportError:
    from cuda import cuda, cudart


def cuda_call(call):
    err, res = call[0], call[1:]
    if isinstance(err, cuda.CUresult):
        if err != cuda.CUresult.CUDA_SUCCESS:
            raise RuntimeError(f"Cuda Error: {err}")
    elif isinstance(err, cudart.cudaError_t):
        if err != cudart.cudaError_t.cudaSuccess:
            raise RuntimeError(f"Cuda Runtime Error: {err}")
    else:
        raise RuntimeError(f"Unknown error type: {err}")
    return res[0] if len(res) == 1 else res


class HostDeviceMem:
    """A page-locked host array and device memory of the same size."""

    def __init__(self, size: int, dtype: np.dtype):
        nbytes = size * dtype.itemsize
        host_mem = cuda_call(cudart.cudaMallocHost(nbytes))
        pointer_type = ctypes.POINTER(np.ctypeslib.as_ctypes_type(dtype))
        self._host = np.ctypeslib.as_array(ctypes.cast(host_mem, pointer_type), (size,))
        self.device = cuda_call(cudart.cudaMalloc(nbytes))
        self.nbytes = nbytes

    @property
    def host(self) -> np.ndarray:
        return self._host

    @host.setter
    def host(self, data) -> None:
        np.copyto(self._host[: data.size], data.flat, casting="safe")

    def free(self) -> None:
        cuda_call(cudart.cudaFree(self.device))
        cuda_call(cudart.cudaFreeHost(self._host.ctypes.data))


def allocate_buffers(engine, profile_idx=None):
    inputs, outputs, bindings = [], [], []
    stream = cuda_call(cudart.cudaStreamCreate())
    for name in [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]:
        if profile_idx is None:
            shape = engine.get_tensor_shape(name)
        else:
            shape = engine.get_tensor_profile_shape(name, profile_idx)[-1]
        assert np.all([s >= 0 for s in shape]), "dynamic shapes need a profile"
        memory = HostDeviceMem(
            trt.volume(shape), np.dtype(trt.nptype(engine.get_tensor_dtype(name)))
        )
        bindings.append(int(memory.device))
        is_input = engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
        (inputs if is_input else outputs).append(memory)
    return inputs, outputs, bindings, stream


def do_inference(context, engine, bindings, inputs, outputs, stream):
    for i in range(engine.num_io_tensors):
        context.set_tensor_address(engine.get_tensor_name(i), bindings[i])
    to_device = cudart.cudaMemcpyKind.cudaMemcpyHostToDevice
    to_host = cudart.cudaMemcpyKind.cudaMemcpyDeviceToHost
    for memory in inputs:
        cuda_call(
            cudart.cudaMemcpyAsync(memory.device, memory.host, memory.nbytes, to_device, stream)
        )
    context.execute_async_v3(stream_handle=stream)
    for memory in outputs:
        cuda_call(
            cudart.cudaMemcpyAsync(memory.host, memory.device, memory.nbytes, to_host, stream)
        )
    cuda_call(cudart.cudaStreamSynchronize(stream))
    return [memory.host for memory in outputs]


def free_buffers(inputs, outputs, stream):
    for memory in inputs + outputs:
        memory.free()
    cuda_call(cudart.cudaStreamDestroy(stream))
