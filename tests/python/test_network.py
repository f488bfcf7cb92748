"""Networks by TensorRT's layer API, the parser's errors, and what the builder refuses."""

import numpy as np
import onnx
import pytest
from conftest import ListLogger, load
from onnx import helper

import trtlike as trt


def new_network(log=None):
    builder = trt.Builder(log or ListLogger())
    return builder, builder.create_network(0)


def run(builder, network, feeds) -> list[np.ndarray]:
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    assert plan is not None
    return list(load(plan).create_execution_context().infer(feeds).values())


def test_the_layer_api_builds_a_small_cnn():
    random = np.random.default_rng(0)
    kernel = random.standard_normal((4, 2, 3, 3)).astype(np.float32)
    bias = random.standard_normal(4).astype(np.float32)
    builder, network = new_network()
    x = network.add_input("x", trt.float32, (1, 2, 6, 6))
    conv = network.add_convolution_nd(x, 4, (3, 3), kernel, bias)
    conv.stride_nd = (1, 1)
    conv.padding_nd = (1, 1)
    conv.name = "conv"
    relu = network.add_activation(conv.get_output(0), trt.ActivationType.RELU)
    pool = network.add_pooling_nd(relu.get_output(0), trt.PoolingType.MAX, (2, 2))
    pool.stride_nd = (2, 2)
    network.mark_output(pool.get_output(0))
    assert network.num_layers == 3
    assert network[0].type == trt.LayerType.CONVOLUTION
    assert network[-1].type == trt.LayerType.POOLING
    assert isinstance(pool, trt.IPoolingLayer)
    assert tuple(pool.get_output(0).shape) == (1, 4, 3, 3)
    feed = random.standard_normal((1, 2, 6, 6)).astype(np.float32)
    (got,) = run(builder, network, {"x": feed})
    padded = np.pad(feed, ((0, 0), (0, 0), (1, 1), (1, 1)))
    want = np.empty((1, 4, 6, 6), np.float32)
    for y in range(6):
        for z in range(6):
            want[0, :, y, z] = (kernel * padded[0, :, y : y + 3, z : z + 3]).sum((1, 2, 3)) + bias
    want = np.maximum(want, 0).reshape(1, 4, 3, 2, 3, 2).max((3, 5))
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


def test_shuffle_matmul_constant_and_elementwise_as_in_the_mnist_sample():
    builder, network = new_network()
    x = network.add_input("x", trt.float32, (2, 3, 4))
    shuffle = network.add_shuffle(x)
    shuffle.reshape_dims = (2, 12)
    weights = np.arange(60, dtype=np.float32).reshape(5, 12)
    constant = network.add_constant((5, 12), weights)
    product = network.add_matrix_multiply(
        shuffle.get_output(0),
        trt.MatrixOperation.NONE,
        constant.get_output(0),
        trt.MatrixOperation.TRANSPOSE,
    )
    bias = network.add_constant(trt.Dims2(1, 5), np.ones(5, np.float32))
    total = network.add_elementwise(
        product.get_output(0), bias.get_output(0), trt.ElementWiseOperation.SUM
    )
    total.get_output(0).name = "y"
    network.mark_output(total.get_output(0))
    feed = np.random.default_rng(1).random((2, 3, 4), np.float32)
    (got,) = run(builder, network, {"x": feed})
    np.testing.assert_allclose(got, feed.reshape(2, 12) @ weights.T + 1, rtol=1e-5)


def test_a_refused_layer_names_itself_and_both_shapes():
    _, network = new_network()
    a = network.add_input("a", trt.float32, (2, 3))
    b = network.add_input("b", trt.float32, (2, 4))
    with pytest.raises(trt.UserError, match=r"ElementWise.*\[2, 3\].*\[2, 4\]"):
        network.add_elementwise(a, b, trt.ElementWiseOperation.SUM)


def test_a_network_without_outputs_is_refused():
    log = ListLogger()
    builder, network = new_network(log)
    network.add_input("x", trt.float32, (1,))
    assert builder.build_serialized_network(network, builder.create_builder_config()) is None
    assert "at least one output" in log.text


def test_two_tensors_of_one_name_are_refused():
    _, network = new_network()
    network.add_input("x", trt.float32, (1,))
    with pytest.raises(trt.UserError, match="'x'"):
        network.add_input("x", trt.float32, (1,))


def test_a_dynamic_input_without_a_profile_is_named():
    log = ListLogger()
    builder, network = new_network(log)
    x = network.add_input("x", trt.float32, (-1, 4))
    network.mark_output(network.add_identity(x).get_output(0))
    assert builder.build_serialized_network(network, builder.create_builder_config()) is None
    assert "'x'" in log.text
    assert "set_shape" in log.text


def test_profiles_check_their_ranges():
    profile = trt.Builder(ListLogger()).create_optimization_profile()
    with pytest.raises(RuntimeError, match="min <= opt <= max"):
        profile.set_shape("x", (4,), (2,), (8,))
    with pytest.raises(RuntimeError, match="one rank"):
        profile.set_shape("x", (4,), (4, 1), (8,))
    with pytest.raises((TypeError, ValueError)):
        profile.set_shape("x", (float("nan"),), (1,), (1,))


def parse(model: onnx.ModelProto | bytes):
    builder, network = new_network()
    parser = trt.OnnxParser(network, builder.logger)
    data = model if isinstance(model, bytes) else model.SerializeToString()
    return parser, parser.parse(data)


def test_all_unknown_operators_are_listed_at_once():
    nodes = [
        helper.make_node("Frobnicate", ["x"], ["a"], "first", domain="example"),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Quux", ["b"], ["y"], "second", domain="example"),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "g", [value("x", 1, [2])], [value("y", 1, [2])])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("example", 1)]
    parser, ok = parse(helper.make_model(graph, opset_imports=opsets))
    assert not ok
    assert parser.num_errors == 2
    error = parser.get_error(0)
    assert error.node() == 0
    assert error.node_name() == "first"
    assert error.node_operator() == "Frobnicate"
    assert error.code() == trt.ErrorCode.UNSUPPORTED_NODE
    assert "example" in error.desc()
    with pytest.raises(IndexError):
        parser.get_error(2)


@pytest.mark.parametrize("data", [b"", b"garbage", b"\x08\x07" * 50])
def test_bytes_that_are_no_model_are_refused(data):
    parser, ok = parse(data)
    assert not ok
    assert parser.num_errors >= 1


def test_a_cycle_is_refused():
    nodes = [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Relu", ["a"], ["b"])]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "g", [value("x", 1, [2])], [value("b", 1, [2])])
    parser, ok = parse(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]))
    assert not ok
    assert "'b'" in parser.get_error(0).desc()


def test_progress_monitors_hear_of_phases_and_can_cancel():
    class Monitor(trt.IProgressMonitor):
        def __init__(self, cancel):
            trt.IProgressMonitor.__init__(self)
            self.cancel, self.started, self.finished = cancel, [], []

        def phase_start(self, phase_name, parent_phase, num_steps):
            self.started.append(phase_name)

        def step_complete(self, phase_name, step):
            return not self.cancel

        def phase_finish(self, phase_name):
            self.finished.append(phase_name)

    for cancel in (False, True):
        builder, network = new_network()
        x = network.add_input("x", trt.float32, (4,))
        relu = network.add_activation(x, trt.ActivationType.RELU)
        network.mark_output(relu.get_output(0))
        config = builder.create_builder_config()
        monitor = Monitor(cancel)
        config.progress_monitor = monitor
        plan = builder.build_serialized_network(network, config)
        assert (plan is None) == cancel
        assert sorted(monitor.started) == sorted(monitor.finished)


def test_configurations_and_builders_give_back_the_objects_they_were_given():
    log = ListLogger()
    builder = trt.Builder(log)
    assert builder.logger is log
    config = builder.create_builder_config()
    assert config.progress_monitor is None

    class Monitor(trt.IProgressMonitor):
        def phase_start(self, phase_name, parent_phase, num_steps):
            assert config.progress_monitor is self

        def phase_finish(self, phase_name):
            self.finished = phase_name

        def step_complete(self, phase_name, step):
            return True

    monitor = config.progress_monitor = Monitor()
    assert config.progress_monitor is monitor
    network = builder.create_network()
    x = network.add_input("x", trt.float32, (4,))
    network.mark_output(network.add_identity(x).get_output(0))
    assert builder.build_serialized_network(network, config) is not None
    assert monitor.finished == "Building engine"
    config.reset()
    assert config.progress_monitor is None


def test_dims_behave_like_tuples():
    dims = trt.Dims((1, 2, 3))
    assert dims == (1, 2, 3)
    assert dims == [1, 2, 3]
    assert tuple(dims) == (1, 2, 3)
    assert dims[1:] == (2, 3)
    assert dims[-1] == 3
    assert len(trt.Dims4(1, 2, 3, 4)) == 4
    assert trt.Dims.MAX_DIMS == 8
    with pytest.raises(IndexError):
        dims[3]
    with pytest.raises(RuntimeError, match="at most 8"):
        trt.Dims(range(9))


def test_weights_share_the_arrays_memory():
    array = np.arange(6, dtype=np.float32)
    weights = trt.Weights(array)
    assert weights.size == 6
    assert weights.nbytes == 24
    assert np.shares_memory(weights.numpy(), array)
    with pytest.raises(ValueError, match="contiguous"):
        trt.Weights(array.reshape(2, 3).T)


def test_volume_nptype_and_itemsize():
    assert trt.volume((2, 3, 4)) == 24
    assert trt.volume(()) == 1
    assert trt.nptype(trt.float16) == np.float16
    with pytest.raises(TypeError):
        trt.nptype(trt.int4)
    assert trt.int4.itemsize == 0.5
    assert trt.int64.itemsize == 8


def test_with_forms_of_old_scripts_work():
    logger = trt.Logger(trt.Logger.ERROR)
    with (
        trt.Builder(logger) as builder,
        builder.create_network(1) as network,
        trt.OnnxParser(network, logger) as parser,
        builder.create_builder_config() as config,
    ):
        assert parser.num_errors == 0
        config.flags |= 1 << int(trt.BuilderFlag.FP16)
        assert config.get_flag(trt.BuilderFlag.FP16)
        config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, 1 << 20)
        assert config.get_memory_pool_limit(trt.MemoryPoolType.WORKSPACE) == 1 << 20
