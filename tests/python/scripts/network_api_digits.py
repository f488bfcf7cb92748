"""Layers from numpy weights: network_api_digits.py WEIGHTS.npz IN.npy OUT.npy."""

import sys

import common_cudart as common
import numpy as np
import tensorrt as trt

TRT_LOGGER = trt.Logger(trt.Logger.WARNING)


def populate_network(network, weights, batch):
    input_tensor = network.add_input(name="image", dtype=trt.float32, shape=(batch, 1, 8, 8))
    conv1 = network.add_convolution_nd(
        input=input_tensor, num_output_maps=8, kernel_shape=(3, 3),
        kernel=trt.Weights(weights["conv1.weight"]), bias=trt.Weights(weights["conv1.bias"]),
    )  # fmt: skip
    conv1.stride_nd = (1, 1)
    pool1 = network.add_pooling_nd(
        input=conv1.get_output(0), type=trt.PoolingType.MAX, window_size=(2, 2)
    )
    pool1.stride_nd = trt.Dims2(2, 2)
    conv2 = network.add_convolution_nd(
        pool1.get_output(0), 16, (2, 2), weights["conv2.weight"], weights["conv2.bias"]
    )
    conv2.stride_nd = (1, 1)

    def add_matmul_as_fc(tensor, outputs, kernel, bias):
        flat = network.add_shuffle(tensor)
        flat.reshape_dims = trt.Dims2(batch, kernel.shape[1])
        filter_const = network.add_constant(trt.Dims2(outputs, kernel.shape[1]), kernel)
        product = network.add_matrix_multiply(
            flat.get_output(0), trt.MatrixOperation.NONE,
            filter_const.get_output(0), trt.MatrixOperation.TRANSPOSE,
        )  # fmt: skip
        bias_const = network.add_constant(trt.Dims2(1, outputs), bias)
        return network.add_elementwise(
            product.get_output(0), bias_const.get_output(0), trt.ElementWiseOperation.SUM
        )

    fc1 = add_matmul_as_fc(conv2.get_output(0), 20, weights["fc1.weight"], weights["fc1.bias"])
    relu1 = network.add_activation(input=fc1.get_output(0), type=trt.ActivationType.RELU)
    fc2 = add_matmul_as_fc(relu1.get_output(0), 10, weights["fc2.weight"], weights["fc2.bias"])
    fc2.get_output(0).name = "prob"
    network.mark_output(tensor=fc2.get_output(0))


def main():
    weights_file, input_file, output_file = sys.argv[1:]
    images = np.load(input_file)
    builder = trt.Builder(TRT_LOGGER)
    network = builder.create_network(0)
    config = builder.create_builder_config()
    runtime = trt.Runtime(TRT_LOGGER)
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, 1 << 30)
    populate_network(network, dict(np.load(weights_file)), len(images))
    engine = runtime.deserialize_cuda_engine(builder.build_serialized_network(network, config))
    inputs, outputs, bindings, stream = common.allocate_buffers(engine)
    inputs[0].host = images
    context = engine.create_execution_context()
    (result,) = common.do_inference(context, engine, bindings, inputs, outputs, stream)
    np.save(output_file, result.reshape(len(images), 10))
    common.free_buffers(inputs, outputs, stream)


if __name__ == "__main__":
    main()
