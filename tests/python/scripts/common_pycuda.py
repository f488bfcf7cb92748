"""The buffer helpers of samples up to TensorRT 8.5, with pycuda, on named tensors."""

import pycuda.autoinit  # noqa: F401
import pycuda.driver as cuda
import tensorrt as trt


class HostDeviceMem:
    """A page-locked host array and device memory of the same size."""

    def __init__(self, host_mem, device_mem):
        self.host = host_mem
        self.device = device_mem


def allocate_buffers(engine):
    inputs, outputs, bindings = [], [], []
    stream = cuda.Stream()
    for name in engine:
        size = trt.volume(engine.get_tensor_shape(name))
        dtype = trt.nptype(engine.get_tensor_dtype(name))
        host_mem = cuda.pagelocked_empty(size, dtype)
        device_mem = cuda.mem_alloc(host_mem.nbytes)
        bindings.append(int(device_mem))
        is_input = engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
        (inputs if is_input else outputs).append(HostDeviceMem(host_mem, device_mem))
    return inputs, outputs, bindings, stream


def do_inference(context, bindings, inputs, outputs, stream):
    for memory in inputs:
        cuda.memcpy_htod_async(memory.device, memory.host, stream)
    for name, address in zip(context.engine, bindings, strict=True):
        context.set_tensor_address(name, address)
    context.execute_async_v3(stream_handle=stream.handle)
    for memory in outputs:
        cuda.memcpy_dtoh_async(memory.host, memory.device, stream)
    stream.synchronize()
    return [memory.host for memory in outputs]
