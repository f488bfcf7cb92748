"""Fourier transforms, windows and mel weights, against numpy and onnx's reference evaluator."""

import numpy as np
import pytest
from one_node import OneNode
from onnx import helper

LEVELS = pytest.mark.parametrize("level", [0, 3])
TOLERANCE = {np.float32: 2e-6, np.float64: 1e-13, np.float16: 2e-3}
# Powers of 2, products of small primes, primes that are a stage, and what has a large prime factor.
LENGTHS = (1, 2, 3, 4, 5, 6, 8, 12, 16, 17, 30, 31, 37, 64, 74, 97, 100, 128, 360, 509, 1024, 2018)


def as_parts(x):
    return np.stack([x.real, x.imag], -1)


def as_complex(x):
    return x[..., 0] + 1j * x[..., 1] if x.shape[-1] == 2 else x[..., 0].astype(complex)


def transform(x, length, axis, inverse, onesided):
    x = as_complex(x.astype(np.float64))
    if inverse and onesided:
        return np.fft.irfft(x, length, axis)[..., None]
    if inverse:
        return as_parts(np.fft.ifft(x, length, axis))
    if onesided:
        return as_parts(np.fft.rfft(x.real, length, axis))
    return as_parts(np.fft.fft(x, length, axis))


def assert_near(got, expected, dtype):
    assert got.dtype == dtype
    assert got.shape == expected.shape
    scale = max(1.0, np.abs(expected).max()) if expected.size else 1.0
    np.testing.assert_allclose(got / scale, expected / scale, atol=TOLERANCE[dtype], rtol=0)


@LEVELS
@pytest.mark.parametrize("opset", [17, 20])
def test_transforms_of_any_length(opset, level):
    random = np.random.default_rng(opset)
    for length in LENGTHS:
        dtype = random.choice(list(TOLERANCE))
        inverse, onesided = bool(random.integers(2)), bool(random.integers(2))
        parts = 2 if inverse and onesided else 1 if onesided else int(random.integers(1, 3))
        shape = [int(random.integers(1, 4)), int(random.integers(1, 3)), parts]
        axis = int(random.integers(0, 2))
        extent = length // 2 + 1 if inverse and onesided else length
        # As long as the input, or cut off, or filled up with zeros.
        extent = max(1, extent + int(random.choice([0, -1, 3])))
        shape.insert(axis, extent)
        x = random.normal(size=shape).astype(dtype)
        attributes = {"inverse": int(inverse), "onesided": int(onesided)}
        inputs, constants = [x, np.array(length)], [1]
        given = axis if random.random() < 0.5 else axis - 4
        if opset < 20:
            attributes["axis"] = given
        else:
            inputs, constants = [*inputs, np.array(given)], [1, 2]
        if random.random() < 0.3:
            constants = constants[1:]
        dynamic = [0] if random.random() < 0.5 else []
        node = OneNode("DFT", inputs, attributes, opset, constants=constants, dynamic=dynamic)
        expected = transform(x, length, axis, inverse, onesided)
        assert_near(node.run(level)[0], expected, dtype)


@LEVELS
def test_transforms_of_the_length_of_the_input(level):
    random = np.random.default_rng(8)
    for inverse in (0, 1):
        for onesided in (0, 1):
            x = random.normal(size=(2, 6, 2 if inverse else 1)).astype(np.float32)
            attributes = {"inverse": inverse, "onesided": onesided}
            length = 10 if inverse and onesided else 6
            got = OneNode("DFT", [x], attributes, 20).run(level)[0]
            assert_near(got, transform(x, length, 1, inverse, onesided), np.float32)


def test_a_long_transform_is_fast_and_exact():
    """A prime length and a power of 2, in double precision."""
    random = np.random.default_rng(9)
    for length in (1 << 18, 200003):
        x = random.normal(size=(1, length, 2))
        got = OneNode("DFT", [x], opset=20).run(0)[0]
        assert_near(got, transform(x, length, 1, False, False), np.float64)


@LEVELS
def test_frames_of_a_signal(level):
    random = np.random.default_rng(10)
    for _ in range(12):
        batch, length, step = (int(random.integers(1, high)) for high in (3, 60, 9))
        frame = int(random.integers(1, length + 1))
        onesided = int(random.integers(2))
        parts = 1 if onesided else int(random.integers(1, 3))
        signal = random.normal(size=(batch, length, parts)).astype(np.float32)
        window = random.random(frame).astype(np.float32)
        inputs = [signal, np.array(step), window, np.array(frame)]
        constants = [1, 3]
        if random.random() < 0.3:
            inputs[2] = None
        elif random.random() < 0.5:
            inputs, constants = inputs[:3], [1]
        weights = np.ones(frame) if inputs[2] is None else window
        starts = range(0, length - frame + 1, step)
        frames = np.stack([signal[:, at : at + frame] for at in starts], 1)
        expected = transform(frames * weights[:, None], frame, 2, False, onesided)
        dynamic = [0] if random.random() < 0.5 else []
        attributes = {"onesided": onesided}
        if parts == 1 and random.random() < 0.5:
            inputs[0] = signal[..., 0]
        node = OneNode("STFT", inputs, attributes, 17, constants=constants, dynamic=dynamic)
        assert_near(node.run(level)[0], expected, np.float32)


@LEVELS
@pytest.mark.parametrize("op", ["HannWindow", "HammingWindow", "BlackmanWindow"])
def test_windows_of_known_and_computed_sizes(op, level):
    for size in (0, 1, 2, 7, 64):
        for periodic in (0, 1):
            for dtype in (np.float32, np.float64, np.float16):
                attributes = {
                    "periodic": periodic,
                    "output_datatype": helper.np_dtype_to_tensor_dtype(np.dtype(dtype)),
                }
                for constants in ([], [0]):
                    node = OneNode(op, [np.array(size)], attributes, 17, constants=constants)
                    if constants:
                        # A network has an input.
                        add_idle_input(node)
                    got = node.run(level)[0]
                    with np.errstate(all="ignore"):
                        expected = node.expected()[0]
                    assert got.dtype == dtype
                    np.testing.assert_allclose(got, expected, atol=TOLERANCE[dtype])


def add_idle_input(node):
    node.feeds["idle"] = np.zeros(1, np.float32)
    node.model.graph.input.append(helper.make_tensor_value_info("idle", 1, [1]))
    node.model.graph.node.append(helper.make_node("Identity", ["idle"], ["idle_output"]))
    node.model.graph.output.append(helper.make_tensor_value_info("idle_output", 1, [1]))


@LEVELS
def test_mel_weights(level):
    for bins, length, rate, low, high in (
        (8, 16, 8192, 0.0, 4096.0),
        (40, 512, 16000, 20.0, 7600.0),
        (3, 5, 100, 1.0, 40.0),
        (0, 8, 100, 1.0, 40.0),
    ):
        edges = [np.array(low, np.float32), np.array(high, np.float32)]
        inputs = [np.array(bins), np.array(length), np.array(rate), *edges]
        node = OneNode("MelWeightMatrix", inputs, opset=17)
        np.testing.assert_allclose(node.run(level)[0], node.expected()[0], atol=1e-6)
