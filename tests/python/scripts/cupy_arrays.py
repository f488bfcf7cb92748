"""Buffers as cupy's arrays on a cupy stream: cupy_arrays.py MODEL IN.npy OUT.npy."""

import sys

import cupy as cp
import numpy as np
import tensorrt as trt


def main():
    model_file, input_file, output_file = sys.argv[1:]
    images = cp.asarray(np.load(input_file)) * cp.float32(1)
    assert type(images) is cp.ndarray
    logger = trt.Logger()
    builder = trt.Builder(logger)
    network = builder.create_network()
    assert trt.OnnxParser(network, logger).parse_from_file(model_file)
    network.get_input(0).shape = images.shape
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    engine = trt.Runtime(logger).deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    result = cp.zeros((len(images), 10), dtype=cp.float32)
    with cp.cuda.Stream(non_blocking=True) as stream:
        context.set_tensor_address("image", images.data.ptr)
        context.set_tensor_address("probabilities", result.data.ptr)
        assert context.execute_async_v3(cp.cuda.get_current_stream().ptr)
    stream.synchronize()
    assert cp.argmax(result, axis=1).get().dtype == np.int64
    np.save(output_file, cp.asnumpy(result))


if __name__ == "__main__":
    main()
