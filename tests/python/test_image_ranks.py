"""Random networks of convolutions, pools and what stands between them over one to three spatial
axes, compared with ONNX Runtime; and the layout that they run in."""

import numpy as np
import onnxruntime
import pytest
from conftest import build_plan, layers_of, load
from onnx import TensorProto, helper, numpy_helper

import trtlike as trt

NETWORKS = range(12)


class Net:
    """A network under construction; values are (name, extents)."""

    def __init__(self, seed: int, axes: int):
        self.random = np.random.default_rng(seed)
        self.axes = axes
        self.nodes: list = []
        self.constants: list = []
        extents = tuple(int(n) for n in self.random.integers(5, 12 if axes < 3 else 8, axes))
        channels = int(self.random.choice([3, 8, 16, 17]))
        self.input = ("x", (1, channels, *extents))
        self.values = [self.input]

    def weights(self, *shape: int) -> str:
        name = f"w{len(self.constants)}"
        data = self.random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
        self.constants.append(numpy_helper.from_array(data.astype(np.float32), name))
        return name

    def add(self, op: str, inputs: list[str], extents: tuple[int, ...], **attributes) -> None:
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        self.values.append((name, extents))

    def convolution(self) -> None:
        name, (batch, channels, *image) = self.values[-1]
        depthwise = self.random.random() < 0.3
        outputs = channels if depthwise else int(self.random.choice([4, 16, 24, 33]))
        kernel = int(self.random.choice([1, 3]))
        stride = int(self.random.choice([1, 1, 2]))
        group = channels if depthwise else 1
        weights = self.weights(outputs, channels // group, *[kernel] * self.axes)
        bias = self.weights(outputs)
        self.add(
            "Conv",
            [name, weights, bias],
            (batch, outputs, *((n - 1) // stride + 1 for n in image)),
            group=group,
            strides=[stride] * self.axes,
            pads=[kernel // 2] * 2 * self.axes,
        )

    def deconvolution(self) -> None:
        name, (batch, channels, *image) = self.values[-1]
        if np.prod(image) > 1000:
            return self.convolution()
        weights = self.weights(channels, 12, *[2] * self.axes)
        strides = [2] * self.axes
        extents = (batch, 12, *(2 * n for n in image))
        return self.add("ConvTranspose", [name, weights], extents, strides=strides)

    def pool(self) -> None:
        name, (batch, channels, *image) = self.values[-1]
        op = str(self.random.choice(["MaxPool", "AveragePool"]))
        window = [3] * self.axes
        pads = [1] * 2 * self.axes
        self.add(op, [name], (batch, channels, *image), kernel_shape=window, pads=pads)

    def element_wise(self) -> None:
        name, extents = self.values[-1]
        others = [other for other, shape in self.values[:-1] if shape == extents]
        if others and self.random.random() < 0.7:
            self.add("Add", [name, str(self.random.choice(others))], extents)
        else:
            self.add(str(self.random.choice(["Relu", "Tanh"])), [name], extents)

    def join(self) -> None:
        name, extents = self.values[-1]
        other, shape = self.values[int(self.random.integers(len(self.values)))]
        if shape[2:] != extents[2:]:
            return self.element_wise()
        joined = (extents[0], extents[1] + shape[1], *extents[2:])
        return self.add("Concat", [name, other], joined, axis=1)

    def grow(self) -> list[str]:
        """Adds nodes; the names of the outputs."""
        for _ in range(8):
            steps = [self.convolution, self.element_wise, self.pool, self.join]
            steps[int(self.random.choice(4, p=[0.4, 0.25, 0.2, 0.15]))]()
        self.deconvolution()
        self.convolution()
        return [self.values[-1][0], self.values[-3][0]]

    def model(self, outputs: list[str]) -> bytes:
        graph = helper.make_graph(
            self.nodes,
            "net",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.input[1])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self.constants,
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
        ).SerializeToString()


def run(engine: trt.ICudaEngine, x: np.ndarray) -> list[np.ndarray]:
    context = engine.create_execution_context()
    context.set_tensor_address("x", x)
    results = []
    for i in range(1, engine.num_io_tensors):
        name = engine.get_tensor_name(i)
        results.append(np.zeros(tuple(context.get_tensor_shape(name)), np.float32))
        context.set_tensor_address(name, results[-1])
    assert context.execute_async_v3(0)
    return results


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("level", [0, 3])
def test_networks_of_any_rank_give_what_onnx_runtime_gives(axes: int, level: int):
    for seed in NETWORKS:
        net = Net(seed, axes)
        model = net.model(net.grow())
        x = net.random.standard_normal(net.input[1]).astype(np.float32)
        expected = onnxruntime.InferenceSession(model).run(None, {"x": x})
        results = run(load(build_plan(model, level=level)), x)
        for result, right in zip(results, expected, strict=True):
            np.testing.assert_allclose(result, right, rtol=1e-3, atol=2e-4, err_msg=f"{seed}")


def formats(engine: trt.ICudaEngine) -> set[str]:
    outputs = (output for layer in layers_of(engine) for output in layer["Outputs"])
    return {output["Format/Datatype"] for output in outputs}


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_images_of_any_rank_lie_channels_last_between_convolutions(axes: int):
    net = Net(0, axes)
    for _ in range(4):
        net.convolution()
    net.pool()
    net.convolution()
    log = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse(net.model([net.values[-1][0]]))
    config = builder.create_builder_config()
    config.builder_optimization_level = 0
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    assert "Channels last FP32" in formats(load(builder.build_serialized_network(network, config)))
