"""INT8 without Q/DQ layers: calibrators as TensorRT's users write them, caches in its format, and
the numbers of the network that the scales say."""

import struct

import numpy as np
import onnx
import pytest
from conftest import ListLogger, assert_close, layers_of, load, onnxruntime_outputs
from onnx import TensorProto, helper, numpy_helper

import trtlike as trt

KINDS = {
    trt.IInt8EntropyCalibrator2: ("EntropyCalibration2", "ENTROPY_CALIBRATION_2"),
    trt.IInt8EntropyCalibrator: ("EntropyCalibration", "ENTROPY_CALIBRATION"),
    trt.IInt8MinMaxCalibrator: ("MinMaxCalibration", "MINMAX_CALIBRATION"),
    trt.IInt8LegacyCalibrator: ("LegacyCalibration", "LEGACY_CALIBRATION"),
}


def make_model(batch: int | str = 2) -> onnx.ModelProto:
    """Convolutions with a residual and a pool, then a product."""
    random = np.random.default_rng(1)

    def weight(name: str, *shape: int) -> onnx.TensorProto:
        array = random.standard_normal(shape) * np.prod(shape[1:]) ** -0.5
        return numpy_helper.from_array(array.astype(np.float32), name)

    weights = [
        weight("w0", 8, 3, 3, 3),
        weight("b0", 8),
        weight("w1", 8, 8, 3, 3),
        weight("w2", 8, 8, 3, 3),
        weight("w3", 8 * 4 * 4, 5),
    ]
    pads = {"pads": [1, 1, 1, 1]}
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], "conv0", **pads),
        helper.make_node("Relu", ["c0"], ["r0"], "relu0"),
        helper.make_node("Conv", ["r0", "w1"], ["c1"], "conv1", **pads),
        helper.make_node("Relu", ["c1"], ["r1"], "relu1"),
        helper.make_node("Conv", ["r1", "w2"], ["c2"], "conv2", **pads),
        helper.make_node("Add", ["c2", "r0"], ["a2"], "add2"),
        helper.make_node("Relu", ["a2"], ["r2"], "relu2"),
        helper.make_node("AveragePool", ["r2"], ["p"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["p"], ["f"], "flatten"),
        helper.make_node("MatMul", ["f", "w3"], ["y"], "fc"),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 8, 8])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 5])
    graph = helper.make_graph(nodes, "net", [x], [y], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def make_data(count: int = 6, batch: int = 2) -> list[np.ndarray]:
    random = np.random.default_rng(2)
    return [random.standard_normal((batch, 3, 8, 8)).astype(np.float32) for _ in range(count)]


def make_calibrator(data, base=trt.IInt8EntropyCalibrator2, cache=None, **methods):
    class Calibrator(base):
        def __init__(self):
            base.__init__(self)
            self.data = iter(data)
            self.names = []
            self.cache = cache

        def get_batch_size(self):
            return 2

        def get_batch(self, names):
            self.names.append(names)
            batch = next(self.data, None)
            return None if batch is None else [batch]

        def read_calibration_cache(self):
            return self.cache

        def write_calibration_cache(self, cache):
            self.cache = bytes(cache)

    for name, method in methods.items():
        setattr(Calibrator, name, method)
    return Calibrator()


def build(calibrator, model=None, log=None, prepare=lambda network, config: None, level=3):
    """The plan, or None; INT8 is set, and `prepare` may change it all."""
    log = log or ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse((model or make_model()).SerializeToString())
    config = builder.create_builder_config()
    config.set_flag(trt.BuilderFlag.INT8)
    config.builder_optimization_level = level
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    config.int8_calibrator = calibrator
    prepare(network, config)
    return builder.build_serialized_network(network, config)


def quantized_layers(plan) -> list[str]:
    return [layer["Name"] for layer in layers_of(load(plan)) if "Quantized" in str(layer)]


def as_quantized_graph(model: onnx.ModelProto, scales: dict[str, float]) -> onnx.ModelProto:
    """The same with Q/DQ nodes of these scales before what multiplies, and rounded weights."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    graph = model.graph
    weights = {w.name: w for w in graph.initializer}
    products = [node for node in graph.node if node.op_type in ("Conv", "MatMul")]
    for node in products:
        weight = weights[node.input[1]]
        array = numpy_helper.to_array(weight)
        axes = tuple(range(1, array.ndim)) if node.op_type == "Conv" else 0
        step = (np.abs(array).max(axes, keepdims=True) / np.float32(127)).astype(np.float32)
        rounded = np.clip(np.rint(array / step), -127, 127) * step
        weight.CopyFrom(numpy_helper.from_array(rounded.astype(np.float32), weight.name))
    for zero in (np.int8(0), np.uint8(0)):
        graph.initializer.append(numpy_helper.from_array(zero, zero.dtype.name))
    for name in dict.fromkeys(node.input[0] for node in products):
        # What a Relu gives has 255 steps up to the same largest value.
        is_unsigned = name != "x"
        scale = np.float32(scales[name] * 127 / 255 if is_unsigned else scales[name])
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}_s"))
        for node in graph.node:
            node.input[:] = [f"{name}_dq" if i == name else i for i in node.input]
        steps = [f"{name}_s", "uint8" if is_unsigned else "int8"]
        graph.node.append(helper.make_node("QuantizeLinear", [name, *steps], [f"{name}_q"]))
        graph.node.append(
            helper.make_node("DequantizeLinear", [f"{name}_q", *steps], [f"{name}_dq"])
        )
    ordered, known = [], {"x", *(w.name for w in graph.initializer)}
    while nodes := [n for n in graph.node if n not in ordered and known.issuperset(n.input)]:
        ordered += nodes
        known.update(output for node in nodes for output in node.output)
    del graph.node[:]
    graph.node.extend(ordered)
    return model


def scales_of(cache: bytes) -> dict[str, float]:
    lines = cache.decode().splitlines()[1:]
    return {
        line.rpartition(": ")[0]: struct.unpack(">f", bytes.fromhex(line.rpartition(": ")[2]))[0]
        for line in lines
    }


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("base", KINDS)
def test_the_engine_computes_the_network_that_the_scales_say(base, level):
    calibrator = make_calibrator(make_data(), base)
    plan = build(calibrator, level=level)
    assert len(quantized_layers(plan)) == 4
    scales = scales_of(calibrator.cache)
    oracle = as_quantized_graph(make_model(), scales).SerializeToString()
    for x in make_data(3):
        got = load(plan).create_execution_context().infer({"x": x})["y"]
        expected = onnxruntime_outputs(oracle, {"x": x})["y"]
        # A sum that lies between two steps may go either way.
        assert_close(got, expected, 0.02)
        fp32 = onnxruntime_outputs(make_model().SerializeToString(), {"x": x})["y"]
        assert np.abs(got - fp32).max() < 0.1 * np.abs(fp32).max()


@pytest.mark.parametrize("base", KINDS)
def test_caches_have_tensorrts_header_and_the_networks_names(base):
    calibrator = make_calibrator(make_data(), base)
    assert build(calibrator, level=0) is not None
    header, name = KINDS[base]
    assert calibrator.cache.decode().splitlines()[0] == f"TRT-101600-{header}"
    assert calibrator.get_algorithm() == getattr(trt.CalibrationAlgoType, name)
    assert {"x", "r0", "r1", "r2", "y"} <= set(scales_of(calibrator.cache))
    assert calibrator.names[0] == ["x"]


def test_minmax_scales_are_the_largest_values():
    model = make_model()
    for name in ("r0", "r2"):
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    calibrator = make_calibrator(make_data(), trt.IInt8MinMaxCalibrator)
    assert build(calibrator, level=0) is not None
    scales = scales_of(calibrator.cache)
    seen = [onnxruntime_outputs(model.SerializeToString(), {"x": x}) for x in make_data()]
    for name in ("r0", "r2"):
        largest = max(np.abs(outputs[name]).max() for outputs in seen)
        assert scales[name] * 127 == pytest.approx(largest, rel=1e-5)
    assert scales["x"] * 127 == pytest.approx(max(np.abs(x).max() for x in make_data()), rel=1e-6)


def test_all_tensors_are_calibrated_before_fusion():
    calibrator = make_calibrator(make_data())

    def prepare(network, config):
        config.set_quantization_flag(trt.QuantizationFlag.CALIBRATE_BEFORE_FUSION)
        assert config.get_quantization_flag(trt.QuantizationFlag.CALIBRATE_BEFORE_FUSION)
        assert config.quantization_flags == 1

    assert build(calibrator, level=0, prepare=prepare) is not None
    tensors = {"x", "c0", "r0", "c1", "r1", "c2", "a2", "r2", "p", "f", "y"}
    assert set(scales_of(calibrator.cache)) == tensors


def test_scales_do_not_depend_on_the_order_or_size_of_batches():
    dynamic = make_model("n")
    data = np.concatenate(make_data(6))
    caches = [
        trt.calibrate(dynamic.SerializeToString(), batches, method="entropy").scales
        for batches in (
            [data[i : i + 2] for i in range(0, 12, 2)],
            [data[i : i + 2] for i in range(10, -1, -2)],
            [data[i : i + 4] for i in (0, 4, 8)],
        )
    ]
    for other in caches[1:]:
        assert other == pytest.approx(caches[0], rel=1e-5)


def test_a_cache_takes_the_place_of_batches():
    first = make_calibrator(make_data())
    plan = build(first, level=0)
    second = make_calibrator([], cache=first.cache)
    again = build(second, level=0)
    assert second.names == []
    x = make_data(1)[0]
    outputs = [load(p).create_execution_context().infer({"x": x})["y"] for p in (plan, again)]
    np.testing.assert_array_equal(*outputs)


def test_caches_of_tensorrt_are_read():
    text = "TRT-8601-EntropyCalibration2\n" + "".join(
        f"{name}: {struct.pack('>f', scale).hex()}\n"
        for name, scale in {"x": 0.03, "r0": 0.02, "r1": 0.02, "r2": 0.03, "f": 0.015}.items()
    )
    log = ListLogger()
    plan = build(make_calibrator([], cache=text.encode()), log=log)
    assert len(quantized_layers(plan)) == 4
    assert log.lines == []


def test_tensors_that_a_cache_lacks_are_named():
    text = f"TRT-100900-EntropyCalibration2\nx: {struct.pack('>f', 0.03).hex()}\n"
    log = ListLogger()
    plan = build(make_calibrator([], cache=text.encode()), log=log)
    assert len(quantized_layers(plan)) == 1
    assert "3 layers stay as they are" in log.text
    assert "r0, r1, " in log.text


def test_a_cache_of_another_algorithm_is_not_used():
    cache = f"TRT-8601-MinMaxCalibration\nx: {struct.pack('>f', 0.03).hex()}\n".encode()
    log = ListLogger()
    calibrator = make_calibrator(make_data(), cache=cache)
    assert build(calibrator, log=log, level=0) is not None
    assert "expected ENTROPY_CALIBRATION_2, got one of MINMAX_CALIBRATION" in log.text
    assert calibrator.cache.startswith(b"TRT-101600-EntropyCalibration2\n")


def test_addresses_are_read_as_tensorrt_reads_device_memory():
    from trtlike import cuda  # noqa: F401
    from trtlike.cuda import cudart

    data = make_data()
    _, pointer = cudart.cudaMalloc(data[0].nbytes)
    rest = iter(data)

    def get_batch(self, names):
        batch = next(rest, None)
        if batch is None:
            return []
        kind = cudart.cudaMemcpyKind.cudaMemcpyHostToDevice
        cudart.cudaMemcpy(pointer, batch.ctypes.data, batch.nbytes, kind)
        return [int(pointer)]

    by_address = make_calibrator([], get_batch=get_batch)
    by_array = make_calibrator(data)
    assert build(by_address, level=0) is not None
    assert build(by_array, level=0) is not None
    assert by_address.cache == by_array.cache


def test_batches_of_dynamic_networks_have_the_calibrators_batch_size():
    calibrator = make_calibrator(make_data())

    def prepare(network, config):
        profile = trt.IOptimizationProfile()
        profile.set_shape("x", (1, 3, 8, 8), (4, 3, 8, 8), (8, 3, 8, 8))
        config.add_optimization_profile(profile)
        other = trt.IOptimizationProfile()
        other.set_shape("x", (2, 3, 8, 8), (2, 3, 8, 8), (2, 3, 8, 8))
        assert config.set_calibration_profile(other)
        assert config.get_calibration_profile() is other

    plan = build(calibrator, make_model("n"), prepare=prepare)
    assert len(quantized_layers(plan)) == 4


def test_ranges_that_the_user_sets_need_no_calibrator():
    calibrator = make_calibrator(make_data())
    assert build(calibrator, level=0) is not None
    scales = scales_of(calibrator.cache)

    def set_ranges(network, config):
        tensors = [network.get_input(0)]
        for i in range(network.num_layers):
            layer = network.get_layer(i)
            tensors += [layer.get_output(o) for o in range(layer.num_outputs)]
        for tensor in tensors:
            if tensor.name in scales:
                limit = 127 * scales[tensor.name]
                assert tensor.set_dynamic_range(-limit, limit)

    log = ListLogger()
    plan = build(None, log=log, prepare=set_ranges)
    assert log.lines == []
    assert len(quantized_layers(plan)) == 4
    x = make_data(1)[0]
    oracle = as_quantized_graph(make_model(), scales).SerializeToString()
    got = load(plan).create_execution_context().infer({"x": x})["y"]
    assert_close(got, onnxruntime_outputs(oracle, {"x": x})["y"], 0.02)


def test_layers_keep_a_precision_that_is_obeyed():
    def keep(network, config):
        config.set_flag(trt.BuilderFlag.OBEY_PRECISION_CONSTRAINTS)
        layers = [network.get_layer(i) for i in range(network.num_layers)]
        next(layer for layer in layers if layer.name == "conv1").precision = trt.float32

    plan = build(make_calibrator(make_data()), prepare=keep)
    names = quantized_layers(plan)
    assert len(names) == 3
    assert not any("conv1" in name for name in names)


def test_int8_without_ranges_says_the_ways_out():
    log = ListLogger()
    assert build(None, log=log) is not None
    for way in ("IBuilderConfig.int8_calibrator", "ITensor.dynamic_range", "Q/DQ layers"):
        assert way in log.text


def test_a_calibrator_without_the_flag_has_no_effect_and_is_not_asked():
    log = ListLogger()
    calibrator = make_calibrator(make_data())
    build(calibrator, log=log, prepare=lambda n, c: c.clear_flag(trt.BuilderFlag.INT8))
    assert "IBuilderConfig.int8_calibrator has no effect" in log.text
    assert calibrator.names == []


def test_quantized_networks_need_no_calibrator():
    log = ListLogger()
    scales = {"x": 0.03, "r0": 0.02, "r1": 0.02, "f": 0.015}
    calibrator = make_calibrator(make_data())
    assert build(calibrator, as_quantized_graph(make_model(), scales), log) is not None
    assert "Q/DQ layers say what is quantized" in log.text
    assert calibrator.names == []


def raises(error):
    def get_batch(self, names):
        raise error

    return get_batch


@pytest.mark.parametrize(
    ("get_batch", "words"),
    [
        (raises(KeyError("images")), "get_batch: raised KeyError: 'images'"),
        (lambda self, names: [1.5], "get_batch: expected addresses or arrays, got float"),
        (lambda self, names: ["x"], "get_batch: expected addresses or arrays, got str"),
        (lambda self, names: {"z": 1}, "expected an entry for the input 'x'"),
        (lambda self, names: [0], "input 'x': expected an address or an array, got 0"),
        (lambda self, names: [np.zeros((2, 3, 8, 8))], "expected elements of FLOAT, got DOUBLE"),
        (
            lambda self, names: [np.zeros((2, 3, 8, 9), np.float32)],
            "dimension 3: expected 8, got 9",
        ),
        (lambda self, names: [np.full((2, 3, 8, 8), np.inf, np.float32)], "tensor 'x': expected f"),
        (lambda self, names: [1, 2], "one tensor for each of the 1 inputs (x), got 2"),
        (lambda self, names: None, "expected at least one batch, got none"),
    ],
)
def test_bad_batches_end_the_build_with_a_sentence(get_batch, words):
    log = ListLogger()
    calibrator = make_calibrator([], get_batch=get_batch)
    assert build(calibrator, log=log, level=0) is None
    assert words in log.text
    assert calibrator.cache is None
    assert build(make_calibrator(make_data()), log=ListLogger(), level=0) is not None


def test_a_calibrator_that_lacks_a_method_is_told_which():
    class Nothing(trt.IInt8EntropyCalibrator2):
        pass

    log = ListLogger()
    assert build(Nothing(), log=log) is None
    assert "[calibration] get_batch: expected the calibrator to define it, got none" in log.text


def test_interfaces_of_ones_own_are_calibrators():
    class Own(trt.IInt8Calibrator):
        def __init__(self):
            trt.IInt8Calibrator.__init__(self)
            self.data = iter(make_data())

        def get_algorithm(self):
            return trt.CalibrationAlgoType.MINMAX_CALIBRATION

        def get_batch_size(self):
            return 2

        def get_batch(self, names):
            batch = next(self.data, None)
            return None if batch is None else {"x": batch}

        def write_calibration_cache(self, cache):
            self.cache = bytes(cache)

    own, known = Own(), make_calibrator(make_data(), trt.IInt8MinMaxCalibrator)
    assert build(own, level=0) is not None
    assert build(known, level=0) is not None
    assert own.cache == known.cache
    assert isinstance(known, trt.IInt8Calibrator)


def test_histograms_give_ranges_of_other_quantiles():
    kept = {}

    def keep(self, cache):
        kept["histograms"] = bytes(cache)

    first = make_calibrator(
        make_data(), trt.IInt8LegacyCalibrator, write_histogram_cache=keep, quantile=0.999
    )
    assert build(first, level=0) is not None
    second = make_calibrator(
        [],
        trt.IInt8LegacyCalibrator,
        read_histogram_cache=lambda self: kept["histograms"],
        get_quantile=lambda self: 0.9,
    )
    assert build(second, level=0) is not None
    assert second.names == []
    third = make_calibrator(make_data(), trt.IInt8LegacyCalibrator, quantile=0.9)
    assert build(third, level=0) is not None
    assert scales_of(third.cache)["x"] < scales_of(first.cache)["x"]


class TestCalibrate:
    def test_caches_are_written_and_read(self, tmp_path):
        cache = trt.calibrate(make_model().SerializeToString(), make_data(), method="mse")
        assert cache.algorithm == "EntropyCalibration2"
        cache.save(tmp_path / "net.cache")
        assert trt.CalibrationCache.load(tmp_path / "net.cache").scales == cache.scales
        assert [p.name for p in tmp_path.iterdir()] == ["net.cache"]
        assert build(make_calibrator([], cache=cache.to_bytes()), level=0) is not None

    def test_methods_differ_and_none_exceeds_the_largest(self):
        model = make_model().SerializeToString()
        scales = {
            method: trt.calibrate(model, make_data(), method=method, percentile=99).scales["x"]
            for method in ("entropy", "minmax", "percentile", "mse")
        }
        assert len(set(scales.values())) == 4
        assert max(scales.values()) == scales["minmax"]

    def test_data_may_be_a_file_or_a_folder(self, tmp_path):
        model, data = make_model().SerializeToString(), make_data()
        wanted = trt.calibrate(model, data).scales
        np.savez(tmp_path / "data.npz", x=np.concatenate(data))
        (tmp_path / "folder").mkdir()
        for number, batch in enumerate(data):
            np.save(tmp_path / "folder" / f"{number}.npy", batch)
        assert trt.calibrate(model, tmp_path / "data.npz", batch_size=2).scales == wanted
        assert trt.calibrate(model, tmp_path / "folder").scales == wanted

    @pytest.mark.parametrize(
        ("batches", "arguments", "words"),
        [
            ([], {}, "expected at least one batch, got none"),
            ([np.zeros(3, np.float32)], {}, "input 'x': "),
            (make_data(1), {"method": "best"}, "expected one of entropy, minmax, percentile, mse"),
        ],
    )
    def test_mistakes_are_told(self, batches, arguments, words):
        with pytest.raises(ValueError, match=words):
            trt.calibrate(make_model().SerializeToString(), batches, **arguments)

    def test_a_file_that_is_no_cache_is_told_by_line(self):
        with pytest.raises(ValueError, match="line 2: expected"):
            trt.CalibrationCache.from_bytes(b"TRT-8601-MinMaxCalibration\nx: nothing\n")
        with pytest.raises(ValueError, match="expected TRT-"):
            trt.CalibrationCache.from_bytes(b"x: 3c010204\n")
