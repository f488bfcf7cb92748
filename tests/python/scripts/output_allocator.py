"""Outputs through an allocator, gpuarray inputs: output_allocator.py MODEL IN.npy OUT.npy."""

import sys

import numpy as np
import pycuda.autoinit  # noqa: F401
import pycuda.driver as cuda
import pycuda.gpuarray as gpuarray
import tensorrt as trt


class OutputAllocator(trt.IOutputAllocator):
    def __init__(self):
        trt.IOutputAllocator.__init__(self)
        self.buffers, self.shapes = {}, {}

    def reallocate_output(self, tensor_name, memory, size, alignment):
        if tensor_name not in self.buffers or self.buffers[tensor_name][1] < size:
            self.buffers[tensor_name] = (cuda.mem_alloc(size), size)
        return int(self.buffers[tensor_name][0])

    def notify_shape(self, tensor_name, shape):
        self.shapes[tensor_name] = tuple(shape)


def main():
    model_file, input_file, output_file = sys.argv[1:]
    images = np.load(input_file)
    logger = trt.Logger(trt.Logger.WARNING)
    with trt.Builder(logger) as builder, builder.create_network() as network, \
            trt.OnnxParser(network, logger) as parser:  # fmt: skip
        assert parser.parse_from_file(model_file)
        config = builder.create_builder_config()
        profile = builder.create_optimization_profile()
        profile.set_shape("image", (1, 1, 8, 8), (2, 1, 8, 8), (64, 1, 8, 8))
        config.add_optimization_profile(profile)
        plan = builder.build_serialized_network(network, config)
    engine = trt.Runtime(logger).deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    allocator = OutputAllocator()
    stream = cuda.Stream()
    start, end = cuda.Event(), cuda.Event()
    device_images = gpuarray.to_gpu(images)
    context.set_input_shape("image", images.shape)
    context.set_tensor_address("image", device_images.ptr)
    context.set_output_allocator("probabilities", allocator)
    start.record(stream)
    assert context.execute_async_v3(stream.handle)
    end.record(stream)
    end.synchronize()
    assert end.time_since(start) > 0
    result = np.empty(allocator.shapes["probabilities"], np.float32)
    cuda.memcpy_dtoh_async(result, allocator.buffers["probabilities"][0], stream)
    stream.synchronize()
    np.save(output_file, result)


if __name__ == "__main__":
    main()
