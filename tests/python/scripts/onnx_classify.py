"""From an ONNX classifier to answers: onnx_classify.py HELPER MODEL IN.npy OUT.npy."""

import importlib
import sys

import numpy as np
import tensorrt as trt

TRT_LOGGER = trt.Logger()


def build_engine_onnx(model_file, batch):
    builder = trt.Builder(TRT_LOGGER)
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.EXPLICIT_BATCH))
    config = builder.create_builder_config()
    parser = trt.OnnxParser(network, TRT_LOGGER)
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, 1 << 30)
    with open(model_file, "rb") as model:
        if not parser.parse(model.read()):
            for error in range(parser.num_errors):
                print(parser.get_error(error))
            return None
    network.get_input(0).shape = [batch, *network.get_input(0).shape[1:]]
    engine_bytes = builder.build_serialized_network(network, config)
    return trt.Runtime(TRT_LOGGER).deserialize_cuda_engine(engine_bytes)


def main():
    helper, model_file, input_file, output_file = sys.argv[1:]
    images = np.load(input_file)
    engine = build_engine_onnx(model_file, len(images))
    context = engine.create_execution_context()
    common = importlib.import_module(helper)
    inputs, outputs, bindings, stream = common.allocate_buffers(engine)
    np.copyto(inputs[0].host, images.ravel())
    parameters = (engine, bindings) if helper == "common_cudart" else (bindings,)
    (logits,) = common.do_inference(context, *parameters, inputs, outputs, stream)
    np.save(output_file, logits.reshape(len(images), -1))
    if helper == "common_cudart":
        common.free_buffers(inputs, outputs, stream)


if __name__ == "__main__":
    main()
