"""Precision flags and constraints: what is computed and stored in which type, and what it costs."""

import numpy as np
import pytest
from conftest import ListLogger, layers_of, load

import trtlike as trt

OBEY = trt.BuilderFlag.OBEY_PRECISION_CONSTRAINTS
PREFER = trt.BuilderFlag.PREFER_PRECISION_CONSTRAINTS
WIDTH = 64
INPUT = np.random.default_rng(1).standard_normal((4, WIDTH)).astype(np.float32)


class Pair:
    """Two products with a tanh between, and how an engine computes them."""

    def __init__(self) -> None:
        self.log = ListLogger()
        self.builder = trt.Builder(self.log)
        self.network = self.builder.create_network()
        x = self.network.add_input("x", trt.float32, (4, WIDTH))
        self.first = self.product("first", x, 2)
        self.tanh = self.network.add_activation(self.first.get_output(0), trt.ActivationType.TANH)
        self.tanh.name = "tanh"
        self.second = self.product("second", self.tanh.get_output(0), 3)
        self.second.get_output(0).name = "y"
        self.network.mark_output(self.second.get_output(0))

    def product(self, name: str, x: trt.ITensor, seed: int) -> trt.ILayer:
        weights = np.random.default_rng(seed).standard_normal((WIDTH, WIDTH)) / 8
        constant = self.network.add_constant((WIDTH, WIDTH), weights.astype(np.float32))
        none = trt.MatrixOperation.NONE
        layer = self.network.add_matrix_multiply(x, none, constant.get_output(0), none)
        layer.name = name
        return layer

    def build(self, *flags: trt.BuilderFlag) -> trt.ICudaEngine:
        config = self.builder.create_builder_config()
        config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
        for flag in flags:
            config.set_flag(flag)
        plan = self.builder.build_serialized_network(self.network, config)
        assert plan is not None, self.log.text
        return load(plan)


def layers(engine: trt.ICudaEngine) -> dict[str, tuple[list[str], list[str]]]:
    """By name: the types of each layer's inputs and outputs."""

    def types(tensors: list[dict]) -> list[str]:
        return [t["Format/Datatype"].split()[-1] for t in tensors]

    return {
        layer["Name"]: (types(layer["Inputs"]), types(layer["Outputs"]))
        for layer in layers_of(engine)
    }


def output(engine: trt.ICudaEngine) -> np.ndarray:
    return engine.create_execution_context().infer({"x": INPUT})["y"].astype(np.float64)


def rounded_to_bfloat16(x: np.ndarray) -> np.ndarray:
    bits = x.astype(np.float32).view(np.uint32)
    rounded = bits + 0x7FFF + (bits >> 16 & 1)
    return (rounded & 0xFFFF0000).view(np.float32)


@pytest.mark.parametrize("flag", [OBEY, PREFER])
def test_layers_of_different_precision_are_not_fused(flag):
    pair = Pair()
    pair.first.precision = trt.float32
    pair.tanh.precision = trt.float16
    found = layers(pair.build(trt.BuilderFlag.FP16, flag))
    assert found["first"] == (["FP32"], ["FP32"])
    assert found["tanh"] == (["FP16"], ["FP16"])


def test_a_precision_goes_with_the_fused_layer():
    pair = Pair()
    pair.tanh.precision = trt.float32
    pair.second.precision = trt.float32
    found = layers(pair.build(trt.BuilderFlag.FP16, OBEY))
    assert found["first + tanh"] == (["FP32"], ["FP32"])
    assert found["second"] == (["FP32"], ["FP32"])


@pytest.mark.parametrize("flags", [(), (trt.BuilderFlag.BF16, trt.BuilderFlag.FP16)])
def test_output_types_are_stored_as_asked(flags):
    pair = Pair()
    pair.first.precision = trt.float32
    pair.first.set_output_type(0, trt.bfloat16)
    pair.tanh.set_output_type(0, trt.float16)
    pair.second.precision = trt.float32
    engine = pair.build(OBEY, *flags)
    found = layers(engine)
    written = {dtype for _, outputs in found.values() for dtype in outputs}
    assert {"BF16", "FP16"} <= written
    assert "first + tanh" not in found
    weights = [np.random.default_rng(s).standard_normal((WIDTH, WIDTH)) / 8 for s in (2, 3)]
    between = rounded_to_bfloat16(INPUT.astype(np.float64) @ weights[0])
    want = np.tanh(between.astype(np.float64)).astype(np.float16).astype(np.float64) @ weights[1]
    np.testing.assert_allclose(output(engine), want, atol=2e-3 * np.abs(want).max())


def test_constraints_are_remarks_without_a_flag():
    pair = Pair()
    pair.first.precision = trt.float16
    pair.first.set_output_type(0, trt.float16)
    plain = layers(pair.build())
    assert plain["first + tanh"] == (["FP32"], ["FP32"])


def test_the_type_of_an_output_of_the_network_is_always_kept():
    pair = Pair()
    pair.second.set_output_type(0, trt.float16)
    engine = pair.build()
    assert engine.get_tensor_dtype("y") == trt.float16
    want = output(Pair().build())
    np.testing.assert_allclose(output(engine), want, atol=1e-3 * np.abs(want).max())


def test_what_nothing_computes_in_is_refused_or_falls_back():
    pair = Pair()
    pair.tanh.precision = trt.fp8
    engine = pair.build(PREFER)
    want = output(Pair().build())
    np.testing.assert_allclose(output(engine), want, atol=1e-6 * np.abs(want).max())
    config = pair.builder.create_builder_config()
    config.set_flag(OBEY)
    assert pair.builder.build_serialized_network(pair.network, config) is None
    assert "tanh" in pair.log.text


WIDE = 128


def products(scale: float, *flags: trt.BuilderFlag) -> bytes:
    """The plan of a convolution and a product, whose weights are as large as `scale`."""
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (1, WIDE, 14, 14))
    random = np.random.default_rng(4)
    kernel = (random.standard_normal((WIDE, WIDE, 3, 3)) / 34 * scale).astype(np.float32)
    bias = random.standard_normal(WIDE).astype(np.float32)
    conv = network.add_convolution_nd(x, WIDE, (3, 3), kernel, bias)
    conv.padding_nd = (1, 1)
    weights = (random.standard_normal((14, 3000)) / 4 * scale).astype(np.float32)
    constant = network.add_constant((1, 1, 14, 3000), weights)
    none = trt.MatrixOperation.NONE
    last = network.add_matrix_multiply(conv.get_output(0), none, constant.get_output(0), none)
    last.get_output(0).name = "y"
    network.mark_output(last.get_output(0))
    config = builder.create_builder_config()
    for flag in flags:
        config.set_flag(flag)
    plan = builder.build_serialized_network(network, config)
    assert plan is not None, log.text
    return bytes(plan)


def image_output(plan: bytes) -> np.ndarray:
    image = np.random.default_rng(5).standard_normal((1, WIDE, 14, 14)).astype(np.float32)
    engine = load(plan)
    first, second = (engine.create_execution_context().infer({"x": image})["y"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    return first.astype(np.float64)


def test_weights_take_half_the_bytes_under_fp16():
    half = products(1, trt.BuilderFlag.FP16)
    elements = WIDE * WIDE * 9 + 14 * 3000
    assert len(half) < 2 * elements + 16384
    want = image_output(products(1))
    np.testing.assert_allclose(image_output(half), want, atol=1e-3 * np.abs(want).max())


def test_weights_that_half_cannot_hold_stay_whole():
    want = image_output(products(1e6))
    got = image_output(products(1e6, trt.BuilderFlag.FP16))
    np.testing.assert_allclose(got, want, atol=1e-3 * np.abs(want).max())


def test_references_multiply_halves_by_floats():
    """What the tuner chooses is a plan that loads, where nothing but references may be chosen."""
    pair = Pair()
    pair.first.precision = pair.second.precision = trt.float16
    config = pair.builder.create_builder_config()
    config.set_flag(trt.BuilderFlag.FP16)
    config.set_flag(OBEY)
    config.set_tactic_sources(0)
    plan = pair.builder.build_serialized_network(pair.network, config)
    assert plan is not None, pair.log.text
    weights = [np.random.default_rng(s).standard_normal((WIDTH, WIDTH)) / 8 for s in (2, 3)]
    want = np.tanh(INPUT.astype(np.float64) @ weights[0]) @ weights[1]
    np.testing.assert_allclose(output(load(plan)), want, atol=1e-2 * np.abs(want).max())
