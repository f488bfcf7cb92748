"""INT8 with a calibrator class, then inference: calibrated_classifier.py MODEL IN.npy OUT.npy.

The engine is cached in a file, the calibration in another one; both are made when they are absent.
"""

import os
import sys

import numpy as np
import tensorrt as trt
from cuda import cudart


def check(call):
    assert call[0] == cudart.cudaError_t.cudaSuccess, call
    return call[1] if len(call) == 2 else None


class ImageBatcher:
    def __init__(self, images, size):
        self.images, self.size = images, size
        self.shape = (size, *images.shape[1:])

    def get_batches(self):
        for begin in range(0, len(self.images) - self.size + 1, self.size):
            yield np.ascontiguousarray(self.images[begin : begin + self.size])


class EngineCalibrator(trt.IInt8EntropyCalibrator2):
    def __init__(self, cache_file):
        super().__init__()
        self.cache_file = cache_file
        self.image_batcher = self.batch_allocation = self.batches = None

    def set_image_batcher(self, image_batcher):
        self.image_batcher = image_batcher
        nbytes = int(np.dtype(np.float32).itemsize * np.prod(image_batcher.shape))
        self.batch_allocation = check(cudart.cudaMalloc(nbytes))
        self.batches = image_batcher.get_batches()

    def get_batch_size(self):
        return self.image_batcher.size if self.image_batcher else 1

    def get_batch(self, names):
        batch = next(self.batches, None) if self.batches else None
        if batch is None:
            return None
        kind = cudart.cudaMemcpyKind.cudaMemcpyHostToDevice
        check(cudart.cudaMemcpy(self.batch_allocation, batch, batch.nbytes, kind))
        return [int(self.batch_allocation)]

    def read_calibration_cache(self):
        if os.path.exists(self.cache_file):
            with open(self.cache_file, "rb") as file:
                return file.read()
        return None

    def write_calibration_cache(self, cache):
        with open(self.cache_file, "wb") as file:
            file.write(cache)


class EngineBuilder:
    def __init__(self):
        self.logger = trt.Logger(trt.Logger.ERROR)
        trt.init_libnvinfer_plugins(self.logger, namespace="")
        self.builder = trt.Builder(self.logger)
        self.config = self.builder.create_builder_config()
        self.config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, 1 << 30)

    def create_network(self, onnx_path, batch):
        self.network = self.builder.create_network(0)
        self.parser = trt.OnnxParser(self.network, self.logger)
        with open(onnx_path, "rb") as file:
            assert self.parser.parse(file.read()), self.parser.get_error(0)
        tensor = self.network.get_input(0)
        profile = self.builder.create_optimization_profile()
        image = tuple(tensor.shape)[1:]
        profile.set_shape(tensor.name, (1, *image), (batch, *image), (batch, *image))
        self.config.add_optimization_profile(profile)

    def create_engine(self, engine_path, images, calib_cache):
        self.config.set_flag(trt.BuilderFlag.FP16)
        assert isinstance(self.builder.platform_has_fast_int8, bool)
        self.config.set_flag(trt.BuilderFlag.INT8)
        self.config.int8_calibrator = EngineCalibrator(calib_cache)
        if not os.path.exists(calib_cache):
            self.config.int8_calibrator.set_image_batcher(ImageBatcher(images, 2))
        with open(engine_path, "wb") as file:
            file.write(self.builder.build_serialized_network(self.network, self.config))


class TensorRTInfer:
    def __init__(self, engine_path):
        self.logger = trt.Logger(trt.Logger.ERROR)
        with open(engine_path, "rb") as file, trt.Runtime(self.logger) as runtime:
            self.engine = runtime.deserialize_cuda_engine(file.read())
        self.context = self.engine.create_execution_context()
        self.inputs, self.outputs, self.allocations = [], [], []
        for i in range(self.engine.num_io_tensors):
            name = self.engine.get_tensor_name(i)
            is_input = self.engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
            dtype = np.dtype(trt.nptype(self.engine.get_tensor_dtype(name)))
            if is_input:
                shape = self.engine.get_tensor_profile_shape(name, 0)[2]
                assert self.context.set_input_shape(name, shape)
            shape = tuple(self.context.get_tensor_shape(name))
            nbytes = dtype.itemsize * int(np.prod(shape))
            allocation = check(cudart.cudaMalloc(nbytes))
            self.allocations.append(allocation)
            binding = {"dtype": dtype, "shape": shape, "allocation": allocation, "nbytes": nbytes}
            (self.inputs if is_input else self.outputs).append(binding)

    def infer(self, batch):
        kinds = cudart.cudaMemcpyKind
        check(
            cudart.cudaMemcpy(
                self.inputs[0]["allocation"],
                np.ascontiguousarray(batch),
                self.inputs[0]["nbytes"],
                kinds.cudaMemcpyHostToDevice,
            )
        )
        assert self.context.execute_v2(self.allocations)
        output = np.zeros(self.outputs[0]["shape"], self.outputs[0]["dtype"])
        check(
            cudart.cudaMemcpy(
                output,
                self.outputs[0]["allocation"],
                self.outputs[0]["nbytes"],
                kinds.cudaMemcpyDeviceToHost,
            )
        )
        return output


def main():
    model_file, input_file, output_file = sys.argv[1:]
    images = np.load(input_file)
    engine_path, cache_path = output_file + ".engine", output_file + ".cache"
    builder = EngineBuilder()
    builder.create_network(model_file, len(images))
    builder.create_engine(engine_path, images, cache_path)
    np.save(output_file, TensorRTInfer(engine_path).infer(images))


if __name__ == "__main__":
    main()
