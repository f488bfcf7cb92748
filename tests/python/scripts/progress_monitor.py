"""A build watched by a progress monitor: progress_monitor.py MODEL IN.npy OUT.npy."""

import sys

import common_cudart as common
import numpy as np
import tensorrt as trt


class SimpleProgressMonitor(trt.IProgressMonitor):
    def __init__(self):
        trt.IProgressMonitor.__init__(self)
        self.active, self.phases, self.steps = {}, [], 0

    def phase_start(self, phase_name, parent_phase, num_steps):
        assert parent_phase is None or parent_phase == "" or parent_phase in self.active
        self.active[phase_name] = num_steps
        self.phases.append(phase_name)

    def phase_finish(self, phase_name):
        del self.active[phase_name]

    def step_complete(self, phase_name, step):
        assert phase_name in self.active
        self.steps += 1
        return True


def main():
    model_file, input_file, output_file = sys.argv[1:]
    images = np.load(input_file)
    logger = trt.Logger(trt.Logger.WARNING)
    builder = trt.Builder(logger)
    network = builder.create_network(0)
    config = builder.create_builder_config()
    config.progress_monitor = monitor = SimpleProgressMonitor()
    parser = trt.OnnxParser(network, logger)
    assert parser.parse_from_file(model_file)
    network.get_input(0).shape = images.shape
    plan = builder.build_serialized_network(network, config)
    assert not monitor.active and monitor.phases and monitor.steps
    print("phases", len(monitor.phases))
    engine = trt.Runtime(logger).deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    inputs, outputs, bindings, stream = common.allocate_buffers(engine)
    inputs[0].host = images
    (result,) = common.do_inference(context, engine, bindings, inputs, outputs, stream)
    np.save(output_file, result.reshape(len(images), 10))


if __name__ == "__main__":
    main()
