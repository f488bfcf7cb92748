"""Random graphs of QuantizeLinear and DequantizeLinear around products, sums, poolings and joins
run on integers and give the numbers of ONNX's reference evaluation of them as they stand."""

import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from conftest import ListLogger, build_plan, layers_of, load
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import trtlike as trt
from trtlike.trtexec import main as trtexec

SEEDS = range(24)


class Graph:
    """Tensors are names; a quantized one is (name of the integers, scale, zero point)."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.shapes: dict[str, tuple[int, ...]] = {}

    def pick(self, *choices):
        return choices[int(self.rng.integers(len(choices)))]

    def constant(self, array) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def add(self, op: str, *inputs: str, **attributes) -> str:
        name = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name, **attributes))
        return name

    def quantized(self, x: str, scale: float | None = None) -> str:
        """x on steps of a random scale, which is no multiple of another: nothing lies between."""
        dtype = self.pick(np.uint8, np.int8)
        zero = int(self.rng.integers(0, 256)) - (128 if dtype == np.int8 else 0)
        zero = self.pick(zero, zero, 0)
        s = self.constant(np.float32(scale or self.rng.uniform(0.02, 0.08)))
        z = self.constant(dtype(zero))
        y = self.add("DequantizeLinear", self.add("QuantizeLinear", x, s, z), s, z)
        self.shapes[y] = self.shapes[x]
        return y

    def weights(self, shape: tuple[int, ...], axis: int) -> str:
        fan_in = int(np.prod(shape)) // shape[axis]
        elements = self.rng.integers(-127, 128, shape).astype(np.int8)
        if self.rng.integers(6) == 0:
            elements[...] = self.pick(-128, 127)
        count = self.pick(1, shape[axis])
        scale = (self.rng.uniform(0.5, 1, count) / (60 * fan_in**0.5)).astype(np.float32)
        zeros = np.zeros(count, np.int8)
        if count == 1:
            return self.add(
                "DequantizeLinear", self.constant(elements), self.constant(scale[0]),
                self.constant(zeros[0]),
            )  # fmt: skip
        return self.add(
            "DequantizeLinear", self.constant(elements), self.constant(scale),
            self.constant(zeros), axis=axis,
        )  # fmt: skip

    def activation(self, x: str) -> str:
        kind = self.pick("", "Relu", "Clip", "Sigmoid", "HardSwish", "LeakyRelu")
        if not kind:
            return x
        limits = [self.constant(np.float32(0)), self.constant(np.float32(1.3))]
        y = self.add(kind, x, *(limits if kind == "Clip" else []))
        self.shapes[y] = self.shapes[x]
        return y

    def conv(self, x: str) -> str:
        n, c, h, w = self.shapes[x]
        groups = self.pick(1, 1, 1, c, 2 if c % 2 == 0 else 1)
        outputs = groups * self.pick(1, 3, 8) if groups > 1 else self.pick(5, 16, 24, 70)
        size, stride = self.pick(1, 3), self.pick(1, 1, 2)
        bias = self.rng.standard_normal(outputs).astype(np.float32)
        inputs = [x, self.weights((outputs, c // groups, size, size), 0), self.constant(bias)]
        y = self.add(
            "Conv", *inputs[: self.pick(2, 3)], group=groups, pads=[size // 2] * 4,
            strides=[stride, stride],
        )  # fmt: skip
        self.shapes[y] = (n, outputs, (h - 1) // stride + 1, (w - 1) // stride + 1)
        y = self.activation(y)
        if self.shapes[y] == self.shapes[x]:
            if self.rng.integers(2):
                y = self.quantized(y)
            shape = self.shapes[y]
            y = self.add("Add", *self.pick((y, x), (x, y)))
            self.shapes[y] = shape
            y = self.activation(y)
        return y

    def pool(self, x: str) -> str:
        n, c, h, w = self.shapes[x]
        if min(h, w) < 2:
            return x
        y = self.add(self.pick("MaxPool", "AveragePool"), x, kernel_shape=[2, 2], strides=[2, 2])
        self.shapes[y] = (n, c, h // 2, w // 2)
        return y

    def join(self, x: str) -> str:
        n, c, h, w = self.shapes[x]
        y = self.add("Concat", x, x, axis=1)
        self.shapes[y] = (n, 2 * c, h, w)
        return y

    def image_net(self) -> onnx.ModelProto:
        self.shapes["x"] = (self.pick(1, 2), self.pick(3, 16, 18), 9, 8)
        y = self.quantized("x")
        for _ in range(3):
            y = self.quantized(self.pick(self.conv, self.conv, self.conv, self.pool, self.join)(y))
        return self.model(y)

    def matrix_net(self) -> onnx.ModelProto:
        rows, depth = self.pick(1, 7, 50), self.pick(5, 32, 66)
        self.shapes["x"] = self.pick((rows, depth), (2, rows, depth))
        y = self.quantized("x")
        for _ in range(2):
            *outer, depth = self.shapes[y]
            columns = self.pick(3, 64, 67)
            bias = self.constant(self.rng.standard_normal(columns).astype(np.float32))
            if len(outer) == 1 and self.rng.integers(2):
                z = self.add("Gemm", y, self.weights((columns, depth), 0), bias, transB=1)
            else:
                z = self.add("MatMul", y, self.weights((depth, columns), 1))
                z = self.add("Add", *self.pick((z, bias), (bias, z)))
            self.shapes[z] = (*outer, columns)
            y = self.quantized(self.activation(z))
        return self.model(y)

    def model(self, y: str) -> onnx.ModelProto:
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shapes["x"])
        out = helper.make_tensor_value_info(y, TensorProto.FLOAT, self.shapes[y])
        graph = helper.make_graph(self.nodes, "net", [x], [out], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=10)
        onnx.checker.check_model(model)
        return model


def build(model: onnx.ModelProto, level: int, flags: int = 0) -> trt.ICudaEngine:
    return load(
        build_plan(model.SerializeToString(), level=level, network_flags=flags, is_detailed=True)
    )


def step_of(model: onnx.ModelProto) -> float:
    """The scale of the output."""
    scales = {t.name: t for t in model.graph.initializer}
    return float(numpy_helper.to_array(scales[model.graph.node[-1].input[1]]))


def check(model: onnx.ModelProto, level: int, flags: int = 0) -> list[dict]:
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    (expected,) = ReferenceEvaluator(model).run(None, {"x": x})
    engine = build(model, level, flags)
    (got,) = engine.create_execution_context().infer({"x": x}).values()
    steps = np.abs(got - expected) / step_of(model)
    assert got.shape == expected.shape
    assert steps.max() <= 1.001, f"{steps.max()} steps"
    assert (steps > 0.5).mean() <= 0.01
    return layers_of(engine)


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_images(seed: int, level: int):
    check(Graph(seed).image_net(), level)


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_matrices(seed: int, level: int):
    steps = check(Graph(1000 + seed).matrix_net(), level)
    assert sum("s8" in step["TacticName"] for step in steps) == 2


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_strongly_typed_networks(seed: int):
    strongly_typed = 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
    check(Graph(seed).image_net(), 0, strongly_typed)


@pytest.mark.parametrize("seed", [0, 3, 1000, 1003])
def test_batches_of_any_size(seed: int):
    graph = Graph(seed)
    model = graph.image_net() if seed < 1000 else graph.matrix_net()
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    for tensor in (model.graph.input[0], model.graph.output[0]):
        tensor.type.tensor_type.shape.dim[0].dim_param = "n"
    sizes = [[n, *shape[1:]] for n in (1, 2, 5)]
    plan = build_plan(model.SerializeToString(), profiles=[{"x": sizes}])
    context = load(plan).create_execution_context()
    for n in (1, 4):
        x = np.random.default_rng(n).standard_normal([n, *shape[1:]]).astype(np.float32)
        (expected,) = ReferenceEvaluator(model).run(None, {"x": x})
        (got,) = context.infer({"x": x}).values()
        assert got.shape == expected.shape
        assert np.abs(got - expected).max() <= 1.001 * step_of(model)


@pytest.mark.parametrize("isa", ["portable", "avx2", "avx512"])
def test_instruction_sets(isa: str):
    """The same numbers, and integers in every product, whatever the machine multiplies by."""
    code = (
        "import test_quantized_graphs as t\n"
        "for seed in range(6):\n"
        "    t.check(t.Graph(seed).image_net(), 0)\n"
        "    steps = t.check(t.Graph(1000 + seed).matrix_net(), 3)\n"
        "    assert sum('s8' in step['TacticName'] for step in steps) == 2, steps\n"
    )
    environment = {**os.environ, "TRTLIKE_MAX_ISA": isa}
    subprocess.run(
        [sys.executable, "-c", code], cwd=os.path.dirname(__file__), env=environment, check=True
    )


def test_layers_of_the_api_compute_on_integers():
    """Quantize and Dequantize layers in a strongly typed network; the plan, inspected and run."""
    rng = np.random.default_rng(2)
    weights = rng.integers(-127, 128, (8, 6)).astype(np.int8)
    scales = rng.uniform(0.001, 0.01, 6).astype(np.float32)
    builder = trt.Builder(ListLogger())
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    x = network.add_input("x", trt.float32, (4, 8))

    def constant(array: np.ndarray) -> trt.ITensor:
        return network.add_constant(array.shape, array).get_output(0)

    def rounded(tensor: trt.ITensor, scale: float) -> trt.ITensor:
        s = constant(np.array([scale], np.float32))
        integers = network.add_quantize(tensor, s, trt.int8).get_output(0)
        return network.add_dequantize(integers, s, trt.float32).get_output(0)

    w = network.add_dequantize(constant(weights), constant(scales), trt.float32)
    w.axis = 1
    none = trt.MatrixOperation.NONE
    first = network.add_matrix_multiply(rounded(x, 0.03), none, w.get_output(0), none)
    relu = network.add_activation(first.get_output(0), trt.ActivationType.RELU)
    v = network.add_dequantize(
        constant(weights.T.copy()), constant(np.array([0.02], np.float32)), trt.float32
    )
    second = network.add_matrix_multiply(
        rounded(relu.get_output(0), 0.07), none, v.get_output(0), none
    )
    network.mark_output(second.get_output(0))
    config = builder.create_builder_config()
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    plan = builder.build_serialized_network(network, config)
    engine = load(plan)
    steps = layers_of(engine)
    assert sum("s8" in step["TacticName"] for step in steps) == 2
    given = [o for step in steps for o in step["Outputs"] if "Int8" in o["Format/Datatype"]]
    assert [o["Quantization"]["Scale"] for o in given] == pytest.approx([0.03, 0.07])

    array = rng.standard_normal((4, 8)).astype(np.float32)
    integers = np.clip(np.round(array / np.float32(0.03)), -128, 127)
    real = np.maximum(integers @ weights.astype(np.float64) * (0.03 * scales), 0)
    expected = (
        np.clip(np.round(real / 0.07), -128, 127) @ weights.T.astype(np.float64) * (0.07 * 0.02)
    )
    (got,) = engine.create_execution_context().infer({"x": array}).values()
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


def test_trtexec_takes_int8(tmp_path, capsys):
    path = tmp_path / "model.onnx"
    onnx.save(Graph(0).image_net(), path)
    assert trtexec([f"--onnx={path}", "--int8", "--warmUp=1", "--duration=0"]) == 0
    said = capsys.readouterr()
    assert "Precision: FP32+INT8" in said.out + said.err
    assert "BuilderFlag.INT8" not in said.out + said.err
