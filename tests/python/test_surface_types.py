"""Types and formats of a network's inputs and outputs that are not those of its layers."""

import ml_dtypes
import numpy as np
import pytest
from conftest import ListLogger, load
from layer_networks import LEVELS, build, constant, new_network, normal

import trtlike as trt

NARROW = {trt.float16: np.float16, trt.bfloat16: ml_dtypes.bfloat16}


def product(network, x):
    """x times ones, in FP32."""
    return network.add_matrix_multiply(
        x, trt.MatrixOperation.NONE, constant(network, np.ones((4, 3))), trt.MatrixOperation.NONE
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", NARROW, ids=str)
@pytest.mark.parametrize("late", [False, True])
def test_layers_of_fp32_read_narrow_inputs(level, dtype, late):
    builder, network = new_network()
    x = network.add_input("x", trt.float32, (2, 4))
    if not late:
        x.dtype = dtype
    y = product(network, x).get_output(0)
    network.mark_output(y)
    if late:
        x.dtype = dtype
    assert x.dtype == dtype
    engine = load(build(builder, network, level))
    assert engine.get_tensor_dtype("x") == dtype
    assert engine.get_tensor_dtype(y.name) == trt.float32
    feed = normal(2, 4).astype(NARROW[dtype])
    (got,) = engine.create_execution_context().infer({"x": feed}).values()
    want = feed.astype(np.float32).sum(1, keepdims=True).repeat(3, 1)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


def test_an_input_takes_its_type_back():
    builder, network = new_network()
    x = network.add_input("x", trt.float32, (2, 4))
    network.mark_output(product(network, x).get_output(0))
    x.dtype = trt.float16
    x.dtype = trt.float32
    assert load(build(builder, network, 3)).get_tensor_dtype("x") == trt.float32


KINDS = {
    trt.float16: np.float16,
    trt.bfloat16: ml_dtypes.bfloat16,
    trt.int32: np.int32,
    trt.int64: np.int64,
    trt.int8: np.int8,
    trt.uint8: np.uint8,
    trt.bool: np.bool_,
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", KINDS, ids=str)
def test_outputs_are_given_in_their_types(level, dtype):
    builder, network = new_network()
    x = network.add_input("x", trt.float32, (2, 3))
    outputs = [network.add_activation(x, trt.ActivationType.RELU).get_output(0)]
    outputs.append(network.add_unary(outputs[0], trt.UnaryOperation.NEG).get_output(0))
    for tensor in outputs:
        network.mark_output(tensor)
    outputs[0].dtype = dtype
    assert outputs[0].dtype == dtype
    engine = load(build(builder, network, level))
    assert [engine.get_tensor_name(i) for i in (1, 2)] == [tensor.name for tensor in outputs]
    assert engine.get_tensor_dtype(outputs[0].name) == dtype
    feed = np.array([[0, 1, 2], [3, 100, -5]], np.float32)
    got = engine.create_execution_context().infer({"x": feed})
    relu = np.maximum(feed, 0)
    assert got[outputs[0].name].dtype == KINDS[dtype]
    np.testing.assert_array_equal(got[outputs[0].name], relu.astype(KINDS[dtype]))
    np.testing.assert_array_equal(got[outputs[1].name], -relu)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64, np.uint8, np.bool_])
def test_inputs_of_every_kind_are_cast(level, kind):
    builder, network = new_network()
    types = {value: key for key, value in KINDS.items()}
    x = network.add_input("x", types[kind], (2, 3))
    network.mark_output(network.add_cast(x, trt.float32).get_output(0))
    feed = np.array([[0, 1, 1], [1, 0, 1]]).astype(kind)
    context = load(build(builder, network, level)).create_execution_context()
    (got,) = context.infer({"x": feed}).values()
    np.testing.assert_array_equal(got, feed.astype(np.float32))


LAST = {
    4: [trt.TensorFormat.HWC],
    5: [trt.TensorFormat.HWC, trt.TensorFormat.DHWC],
}


@pytest.mark.parametrize(("rank", "form"), [(r, f) for r, forms in LAST.items() for f in forms])
def test_channels_are_last_where_that_is_all_that_is_allowed(rank, form):
    shape = (2, 3, 4, 5, 6)[:rank]
    builder, network = new_network()
    x = network.add_input("x", trt.float32, shape)
    x.allowed_formats = 1 << int(form)
    y = network.add_activation(x, trt.ActivationType.RELU).get_output(0)
    network.mark_output(y)
    context = load(build(builder, network, 3)).create_execution_context()
    strides = np.moveaxis(np.empty((2, *shape[2:], 3), np.float32), -1, 1).strides
    assert tuple(context.get_tensor_strides("x")) == tuple(s // 4 for s in strides)
    assert context.engine.get_tensor_format(y.name) == trt.TensorFormat.LINEAR


@pytest.mark.parametrize("form", ["CHW32", "HWC8", "CHW4", "DLA_HWC4"])
def test_formats_that_there_are_not_are_refused(form):
    log = ListLogger()
    builder, network = new_network(log)
    x = network.add_input("x", trt.float32, (2, 3, 4, 5))
    network.mark_output(network.add_identity(x).get_output(0))
    x.allowed_formats = 1 << int(getattr(trt.TensorFormat, form))
    assert build(builder, network, 3) is None
    assert "tensor 'x', allowed_formats: expected LINEAR" in log.text
    x.allowed_formats |= 1 << int(trt.TensorFormat.LINEAR)
    assert build(builder, network, 3) is not None
