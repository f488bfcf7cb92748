"""What scripts do first: versions, enumerations, layers of a parsed network, settings that mean
nothing on a CPU."""

import itertools

import pytest
from conftest import ListLogger, build_plan, digits_model, load

import trtlike as trt
from trtlike import trtexec


def bound_classes(scope=trt._trtlike, path="") -> dict[str, type]:
    found = {}
    for name, value in vars(scope).items():
        if isinstance(value, type) and type(value).__name__ == "pybind11_type":
            found[path + name] = value
            found |= bound_classes(value, path + name + ".")
    return found


def test_objects_that_only_new_has_made_are_refused():
    classes = bound_classes()
    assert len(classes) > 80
    refused = 0
    for cls in classes.values():
        thing = cls.__new__(cls)
        for member in dir(cls):
            if isinstance(getattr(cls, member, None), property):
                with pytest.raises(TypeError):
                    getattr(thing, member)
                refused += 1
        for special in ("__len__", "__getitem__", "__str__", "__iter__", "__enter__", "__int__"):
            method = cls.__dict__.get(special)
            if method is None or special == "__enter__":
                continue
            arguments = (0,) if special == "__getitem__" else ()
            with pytest.raises(TypeError):
                method(thing, *arguments)
            refused += 1
        del thing
    assert refused > 150


def test_arguments_of_another_kind_are_a_type_error():
    class Unready(trt.ILogger):
        def __init__(self):
            pass

    with pytest.raises(TypeError, match="__init__"):
        Unready()
    for wrong in (5, "x", object()):
        for make in (trt.Builder, trt.Runtime):
            with pytest.raises(TypeError, match="expected a ILogger, got "):
                make(wrong)


@pytest.mark.parametrize(
    ("memory", "got"), [(None, "NoneType"), ("x", "str"), (1.5, "float"), (-8, "-8"), ([], "list")]
)
def test_what_is_no_memory_is_refused_by_tensor(memory, got):
    context = load(build_plan(digits_model(), PROFILE, level=0)).create_execution_context()
    sentence = rf"tensor 'image': expected an address \(an int\) or an array, got {got}\."
    with pytest.raises(TypeError, match=sentence):
        context.set_tensor_address("image", memory)


PROFILE = [{"image": ((1, 1, 8, 8), (2, 1, 8, 8), (4, 1, 8, 8))}]


def test_slices_of_dims_are_tuples():
    extents = (3, 5, 7, 9)
    dims = trt.Dims(extents)
    ends = [None, *range(-5, 6)]
    for start, stop, step in itertools.product(ends, ends, [None, -2, -1, 1, 2, 3]):
        part = dims[start:stop:step]
        assert part == extents[start:stop:step]
        assert isinstance(part, tuple)
    assert trt.Dims()[:] == ()


def digits_network(log=None) -> trt.INetworkDefinition:
    builder = trt.Builder(log or ListLogger())
    network = builder.create_network()
    assert trt.OnnxParser(network, builder.logger).parse(digits_model())
    return network


def test_layers_of_a_network_are_ilayers_whose_class_scripts_assign():
    network = digits_network()
    by_type = {
        getattr(trt.LayerType, name): cls
        for name, cls in (
            ("ACTIVATION", trt.IActivationLayer),
            ("CONVOLUTION", trt.IConvolutionLayer),
            ("POOLING", trt.IPoolingLayer),
            ("SOFTMAX", trt.ISoftMaxLayer),
            ("SHUFFLE", trt.IShuffleLayer),
            ("MATRIX_MULTIPLY", trt.IMatrixMultiplyLayer),
            ("ELEMENTWISE", trt.IElementWiseLayer),
            ("CONSTANT", trt.IConstantLayer),
        )
    }
    seen = set()
    for i, layer in enumerate(network):
        assert type(layer) is trt.ILayer
        assert isinstance(layer.type, trt.LayerType)
        assert network.get_layer(i).type == layer.type
        kind, name = layer.type, layer.name
        if kind not in by_type:
            continue
        seen.add(kind)
        layer.__class__ = by_type[kind]
        assert type(layer) is by_type[kind]
        assert layer.name == name
        for member, value in vars(by_type[kind]).items():
            if isinstance(value, property):
                getattr(layer, member)
        layer.__class__ = trt.ILayer
        assert layer.type == kind
    assert {trt.LayerType.CONVOLUTION, trt.LayerType.ACTIVATION} <= seen
    layer = next(x for x in network if x.type == trt.LayerType.ACTIVATION)
    layer.__class__ = trt.IActivationLayer
    assert layer.type == trt.ActivationType.RELU
    layer.type = trt.ActivationType.TANH
    assert layer.type == trt.ActivationType.TANH
    layer.__class__ = trt.IConvolutionLayer
    with pytest.raises(trt.UserError, match="num_output_maps"):
        _ = layer.num_output_maps


def test_adding_a_layer_gives_its_own_class():
    network = trt.Builder(ListLogger()).create_network()
    x = network.add_input("x", trt.float32, (1, 3, 8, 8))
    relu = network.add_activation(x, trt.ActivationType.RELU)
    assert isinstance(relu, trt.IActivationLayer)
    assert relu == network[0]


ARITHMETIC = [
    trt.BuilderFlag,
    trt.EngineCapability,
    trt.ExecutionContextAllocationStrategy,
    trt.ILogger.Severity,
    trt.NetworkDefinitionCreationFlag,
    trt.TacticSource,
    trt.TensorFormat,
]


@pytest.mark.parametrize("enumeration", ARITHMETIC, ids=lambda e: e.__name__)
def test_arithmetic_enumerations_compare_with_each_other_and_with_integers(enumeration):
    values = list(enumeration.__members__.values())
    for a, b in itertools.product(values, values):
        for other in (b, int(b)):
            assert (a < other) == (int(a) < int(b))
            assert (a <= other) == (int(a) <= int(b))
            assert (a > other) == (int(a) > int(b))
            assert (a >= other) == (int(a) >= int(b))
            assert (a == other) == (int(a) == int(b))
            assert (a != other) == (int(a) != int(b))
            assert (other == a) == (int(a) == int(b))
    assert {values[0]: 1}[values[0]] == 1
    assert values[0] != trt.DataType.FLOAT
    assert values[0] != "FP16"
    with pytest.raises(TypeError):
        _ = values[0] < trt.DataType.FLOAT
    with pytest.raises(TypeError):
        _ = trt.DataType.FLOAT < trt.DataType.HALF


def test_the_version_is_that_of_the_api():
    assert trt.__version__.startswith("10.16.")
    assert trt.__version__ == trt.tensorrt_version
    assert trt.version == trt.__trtlike_version__ != trt.__version__


def test_plugins_are_initialised():
    assert trt.init_libnvinfer_plugins(trt.Logger(), "") is True
    assert trt.init_libnvinfer_plugins(None, namespace="") is True


def relu_network(builder: trt.Builder, flags: int = 0) -> trt.INetworkDefinition:
    network = builder.create_network(flags)
    x = network.add_input("x", trt.float32, (1, 8))
    network.mark_output(network.add_activation(x, trt.ActivationType.RELU).get_output(0))
    return network


def set_flag(flag: str):
    return lambda config: config.set_flag(getattr(trt.BuilderFlag, flag))


def set_field(name: str, value):
    return lambda config: setattr(config, name, value)


SATISFIED = {
    "DEBUG", "DISABLE_COMPILATION_CACHE", "DISABLE_TIMING_CACHE", "EDITABLE_TIMING_CACHE",
    "ERROR_ON_TIMING_CACHE_MISS", "EXCLUDE_LEAN_RUNTIME", "FP16", "GPU_FALLBACK",
    "INT8", "OBEY_PRECISION_CONSTRAINTS", "PREFER_PRECISION_CONSTRAINTS", "REJECT_EMPTY_ALGORITHMS",
    "REFIT", "REFIT_IDENTICAL", "REFIT_INDIVIDUAL", "STRICT_NANS", "STRIP_PLAN", "TF32",
    "WEIGHTLESS",
}  # fmt: skip
SETTINGS = (
    [
        (f"BuilderFlag.{flag}", set_flag(flag))
        for flag in trt.BuilderFlag.__members__
        if flag not in SATISFIED | {"BF16"}
    ]
    + [
        (
            "IBuilderConfig.engine_capability",
            set_field("engine_capability", trt.EngineCapability.SAFETY),
        ),
        (
            "IBuilderConfig.hardware_compatibility_level",
            set_field("hardware_compatibility_level", trt.HardwareCompatibilityLevel.AMPERE_PLUS),
        ),
        (
            "IBuilderConfig.tiling_optimization_level",
            set_field("tiling_optimization_level", trt.TilingOptimizationLevel.FAST),
        ),
        ("IBuilderConfig.DLA_core", set_field("default_device_type", trt.DeviceType.DLA)),
        ("IBuilderConfig.DLA_core", set_field("DLA_core", 0)),
        ("IBuilderConfig.max_aux_streams", set_field("max_aux_streams", 2)),
        (
            "MemoryPoolType.DLA_LOCAL_DRAM",
            lambda c: c.set_memory_pool_limit(trt.MemoryPoolType.DLA_LOCAL_DRAM, 1 << 20),
        ),
    ]
    + [
        (f"PreviewFeature.{name}", lambda c, f=feature: c.set_preview_feature(f, True))
        for name, feature in trt.PreviewFeature.__members__.items()
    ]
)


@pytest.mark.parametrize(("name", "setting"), SETTINGS, ids=[name for name, _ in SETTINGS])
def test_a_setting_without_effect_is_named_once(name, setting, logger):
    builder = trt.Builder(logger)
    config = builder.create_builder_config()
    config.builder_optimization_level = 0
    setting(config)
    assert builder.build_serialized_network(relu_network(builder), config) is not None
    assert len(logger.lines) == 1
    assert logger.text.startswith(f"[builder] {name} has no effect: ")


def test_settings_with_effect_and_defaults_are_not_warned_of(logger):
    builder = trt.Builder(logger)
    config = builder.create_builder_config()
    config.builder_optimization_level = 0
    # INT8 asks for ranges, which test_calibration gives.
    for flag in SATISFIED - {"ERROR_ON_TIMING_CACHE_MISS", "INT8", "WEIGHTLESS"}:
        config.set_flag(getattr(trt.BuilderFlag, flag))
    flags = 1 << int(trt.NetworkDefinitionCreationFlag.EXPLICIT_BATCH)
    plan = builder.build_serialized_network(relu_network(builder, flags), config)
    trt.Runtime(logger).deserialize_cuda_engine(plan).create_execution_context()
    assert logger.lines == []


def test_networks_runtimes_engines_and_parsers_name_what_has_no_effect(logger):
    builder = trt.Builder(logger)
    config = builder.create_builder_config()
    strongly_typed = 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
    network = relu_network(builder, strongly_typed)
    network.get_input(0).set_dynamic_range(-1, 1)
    plan = builder.build_serialized_network(network, config)
    runtime = trt.Runtime(logger)
    runtime.max_threads = 2
    assert runtime.max_threads == 2
    engine = runtime.deserialize_cuda_engine(plan)
    assert engine.create_execution_context(trt.ExecutionContextAllocationStrategy.USER_MANAGED)
    parser = trt.OnnxParser(network, logger)
    parser.set_flag(trt.OnnxParserFlag.NATIVE_INSTANCENORM)
    parser.set_flag(trt.OnnxParserFlag.ADJUST_FOR_DLA)
    parser.set_flag(trt.OnnxParserFlag.ADJUST_FOR_DLA)
    said = [line.split(" has no effect")[0] for line in logger.lines]
    assert said == [
        "[builder] NetworkDefinitionCreationFlag.STRONGLY_TYPED",
        "[builder] ITensor.dynamic_range",
        "[runtime] Runtime.max_threads",
        "[onnx] OnnxParserFlag.ADJUST_FOR_DLA",
    ]


def test_trtexec_names_options_without_effect(tmp_path, capsys):
    model = tmp_path / "digits.onnx"
    model.write_bytes(digits_model())
    words = [f"--onnx={model}", "--skipInference", "--builderOptimizationLevel=0"]
    assert trtexec.main([*words, "--stronglyTyped", "--useCudaGraph"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("STRONGLY_TYPED has no effect") == 1
    assert printed.count("--useCudaGraph has no effect") == 1
    assert printed.count("has no effect") == 2
    assert trtexec.main(words) == 0
    assert "has no effect" not in capsys.readouterr().out
