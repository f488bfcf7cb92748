"""Outputs whose extents data decide, by cuda.bindings: data_dependent_rows.py MODEL IN.npy OUT.npz.

The model has the input `image`; outputs are kept by name.
"""

import sys

import common_bindings as common
import numpy as np
import tensorrt as trt


class OutputAllocator(trt.IOutputAllocator):
    """Gives device memory, and grows it where a run needs more."""

    def __init__(self):
        super().__init__()
        self.memory, self.shapes = {}, {}

    def reallocate_output_async(self, tensor_name, memory, size, alignment, stream):
        known = self.memory.get(tensor_name)
        if known is None or known.nbytes < size:
            if known is not None:
                known.free()
            known = self.memory[tensor_name] = common.DeviceMem(size)
        return known.device_ptr

    def notify_shape(self, tensor_name, shape):
        self.shapes[tensor_name] = tuple(shape)

    def free(self):
        for memory in self.memory.values():
            memory.free()


def build(model_file, shape):
    logger = trt.Logger(trt.Logger.WARNING)
    builder = trt.Builder(logger)
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    parser = trt.OnnxParser(network, logger)
    assert parser.parse_from_file(model_file)
    config = builder.create_builder_config()
    profile = builder.create_optimization_profile()
    profile.set_shape("image", shape, shape, shape)
    config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    return trt.Runtime(logger).deserialize_cuda_engine(plan)


def main():
    model_file, input_file, output_file = sys.argv[1:]
    images = np.load(input_file)
    engine = build(model_file, images.shape)
    context = engine.create_execution_context()
    allocator = OutputAllocator()
    host, device = common.PinnedHostMem(images.shape, images.dtype), common.DeviceMem(images.nbytes)
    host.array[:] = images
    names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
    outputs = [n for n in names if engine.get_tensor_mode(n) == trt.TensorIOMode.OUTPUT]
    assert any(-1 in tuple(engine.get_tensor_shape(name)) for name in outputs)
    for name in outputs:
        context.set_output_allocator(name, allocator)
    context.set_input_shape("image", images.shape)
    context.set_tensor_address("image", int(device.device_ptr))
    with common.CudaStreamContext() as stream:
        common.memcpy_host_to_device(device.device_ptr, host.array, stream.stream)
        assert context.execute_async_v3(stream.stream)
        results = {}
        for name in outputs:
            dtype = trt.nptype(engine.get_tensor_dtype(name))
            results[name] = np.empty(allocator.shapes[name], dtype)
            memory = allocator.memory[name].device_ptr
            common.memcpy_device_to_host(results[name], memory, stream.stream)
        stream.synchronize()
    np.savez(output_file, **results)
    allocator.free()
    device.free()
    host.free()


if __name__ == "__main__":
    main()
