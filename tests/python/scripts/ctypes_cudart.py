"""Buffers through libcudart.so by ctypes: ctypes_cudart.py MODEL IN.npy OUT.npy."""

import ctypes
import sys

import numpy as np
import tensorrt as trt

lib = ctypes.CDLL("libcudart.so")
same = ctypes.cdll.LoadLibrary("/usr/local/cuda/lib64/libcudart.so.12")
lib.cudaGetErrorString.restype = ctypes.c_char_p


def check(status):
    assert status == 0, lib.cudaGetErrorString(status)


def malloc(nbytes):
    ptr = ctypes.c_void_p()
    check(lib.cudaMalloc(ctypes.byref(ptr), ctypes.c_size_t(nbytes)))
    return ptr.value


def main():
    model_file, input_file, output_file = sys.argv[1:]
    images = np.load(input_file)
    result = np.empty((len(images), 10), np.float32)
    logger = trt.Logger()
    builder = trt.Builder(logger)
    network = builder.create_network()
    assert trt.OnnxParser(network, logger).parse_from_file(model_file)
    network.get_input(0).shape = images.shape
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    engine = trt.Runtime(logger).deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    check(lib.cudaSetDevice(0))
    stream = ctypes.c_void_p()
    check(lib.cudaStreamCreate(ctypes.byref(stream)))
    source, target = malloc(images.nbytes), malloc(result.nbytes)
    asynchronous = ctypes.c_void_p(images.ctypes.data), ctypes.c_size_t(images.nbytes), 1, stream
    check(lib.cudaMemcpyAsync(ctypes.c_void_p(source), *asynchronous))
    context.set_tensor_address("image", source)
    context.set_tensor_address("probabilities", target)
    assert context.execute_async_v3(stream.value)
    check(lib.cudaStreamSynchronize(stream))
    copied = ctypes.c_void_p(target), ctypes.c_size_t(result.nbytes), 2
    check(lib.cudaMemcpy(ctypes.c_void_p(result.ctypes.data), *copied))
    check(same.cudaFree(ctypes.c_void_p(source)))
    assert lib.cudaFree(ctypes.c_void_p(source)) == 1
    assert lib.cudaGetErrorString(1) == b"invalid argument"
    check(lib.cudaStreamDestroy(stream))
    np.save(output_file, result)


if __name__ == "__main__":
    main()
