"""API levels: TensorRT 8's names and numbers, and what 10 says of them."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from conftest import ListLogger, build_plan, digits_model, load

import trtlike as trt


def start(code: str, level: str | None = "8", *prefix: str) -> subprocess.CompletedProcess:
    """Another process at a level."""
    environment = {k: v for k, v in os.environ.items() if k != "TRTLIKE_API_LEVEL"}
    if level is not None:
        environment["TRTLIKE_API_LEVEL"] = level
    here = os.path.dirname(__file__)
    environment["PYTHONPATH"] = os.pathsep.join([here, environment.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *prefix, "-c", textwrap.dedent(code)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def check(code: str, level: str | None = "8") -> None:
    done = start(code, level)
    assert done.returncode == 0, done.stderr


PREPARE = """
    import numpy as np
    import trtlike as trt
    from conftest import ListLogger, digits_model

    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network(
        1 << int(trt.NetworkDefinitionCreationFlag.EXPLICIT_BATCH))
    assert trt.OnnxParser(network, log).parse(digits_model())
    config = builder.create_builder_config()
    config.max_workspace_size = 1 << 28
    for low, opt, high in ((1, 2, 4), (5, 6, 8)):
        profile = builder.create_optimization_profile()
        profile.set_shape("image", *((n, 1, 8, 8) for n in (low, opt, high)))
        config.add_optimization_profile(profile)
    engine = builder.build_engine(network, config)
    context = engine.create_execution_context()
"""


@pytest.mark.parametrize("version", ["trtlike", "trtlike.v8"])
def test_level_8_runs_a_script_of_its_time(version):
    code = PREPARE.replace("import trtlike as trt", f"import {version} as trt")
    check(
        code
        + """
    assert trt.__version__.startswith("8.6.") and int(trt.__version__.split(".")[0]) == 8
    assert engine.num_bindings == len(engine) == 4
    assert [engine.get_binding_name(i) for i in range(4)] == [
        "image", "probabilities", "image [profile 1]", "probabilities [profile 1]"]
    assert list(engine) == [engine[i] for i in range(4)]
    assert engine["probabilities"] == 1 and engine.get_binding_index("image [profile 1]") == 2
    assert engine.get_binding_index("nothing") == -1
    assert [engine.binding_is_input(i) for i in range(4)] == [True, False, True, False]
    assert engine.binding_is_input("image") and engine.max_batch_size == 1
    assert tuple(engine.get_binding_shape(0)) == (-1, 1, 8, 8)
    assert engine.get_binding_dtype("probabilities") == trt.float32
    assert engine.get_location(0) == trt.TensorLocation.DEVICE
    assert [tuple(s) for s in engine.get_profile_shape(1, "image")] == [
        (n, 1, 8, 8) for n in (5, 6, 8)]
    assert not engine.is_shape_binding(0) and engine.is_execution_binding(0)
    assert engine.get_binding_format(0) == trt.TensorFormat.LINEAR
    want = None
    for profile, batch in ((0, 3), (1, 6)):
        context.active_optimization_profile = profile
        first = 2 * profile
        assert context.set_binding_shape(first, (batch, 1, 8, 8))
        assert not context.set_binding_shape(2 - first, (batch, 1, 8, 8))
        assert context.all_binding_shapes_specified
        assert tuple(context.get_binding_shape(first + 1)) == (batch, 10)
        x = np.random.default_rng(0).random((batch, 1, 8, 8)).astype(np.float32)
        outputs = []
        stream = trt.create_stream()
        for run in (
            lambda b: context.execute_v2(bindings=b),
            lambda b: context.execute_async_v2(bindings=b, stream_handle=stream),
            lambda b: context.execute(1, b),
            lambda b: context.execute_async(bindings=b, stream_handle=stream),
        ):
            y = np.zeros((batch, 10), np.float32)
            bindings = [0] * 4
            bindings[first], bindings[first + 1] = x.ctypes.data, y.ctypes.data
            assert run(bindings), log.text
            trt.synchronize_stream(stream)
            outputs.append(y)
        np.testing.assert_allclose(outputs[0].sum(1), 1, atol=1e-5)
        for y in outputs[1:]:
            np.testing.assert_array_equal(y, outputs[0])
        assert not context.execute_v2([x.ctypes.data])
        assert not context.execute(2, bindings)
    assert "expected one of the active profile 0, got one of profile 1" in log.text
    assert "bindings: expected 4 addresses, one a binding, got 1" in log.text
    assert "batch_size: expected 1, got 2" in log.text
    try:
        engine.get_binding_name(4)
    except IndexError as error:
        assert "expected an index below 4, got 4" in str(error)
    else:
        raise AssertionError
    """,
        "8" if version == "trtlike" else None,
    )


def test_level_8_has_the_numbers_of_8_6():
    check(
        """
    import trtlike as trt
    from conftest import ListLogger

    flag = trt.BuilderFlag
    assert (int(flag.REFIT), int(flag.TF32), int(flag.FP8), int(flag.STRICT_TYPES)) == (5, 7, 17, 4)
    assert flag.__members__["VERSION_COMPATIBLE"] == 15 and flag.FP16.name == "FP16"
    assert int(trt.LayerType.IDENTITY) == 21 and int(trt.LayerType.CAST) == 47
    assert int(trt.PreviewFeature.FASTER_DYNAMIC_SHAPES_0805) == 0
    assert not hasattr(flag, "BF16")
    builder = trt.Builder(ListLogger())
    config = builder.create_builder_config()
    tf32 = config.flags
    assert tf32 == 1 << 7 and config.get_flag(flag.TF32)
    for one in flag:
        config.flags = tf32
        config.set_flag(one)
        assert config.get_flag(one) and config.flags >> one & 1, one
        if one == flag.STRICT_TYPES:
            assert config.get_flag(flag.DIRECT_IO) and config.get_flag(flag.REJECT_EMPTY_ALGORITHMS)
        else:
            assert config.flags == tf32 | 1 << one, one
        config.clear_flag(one)
        assert not config.get_flag(one)
    config.flags = 1 << int(flag.FP16) | 1 << int(flag.INT8)
    assert config.get_flag(flag.FP16) and config.get_flag(flag.INT8)
    assert not config.get_flag(flag.TF32)
    config.set_preview_feature(trt.PreviewFeature.FASTER_DYNAMIC_SHAPES_0805, True)
    assert config.get_preview_feature(trt.PreviewFeature.FASTER_DYNAMIC_SHAPES_0805)
    assert not config.get_preview_feature(trt.PreviewFeature.PROFILE_SHARING_0806)
    network = builder.create_network(1)
    x = network.add_input("x", trt.float32, (2, 3))
    layer = network.add_identity(x)
    assert layer.type == trt.LayerType.IDENTITY and layer.type.name == "IDENTITY"
    relu = network.add_activation(x, trt.ActivationType.RELU)
    assert network[1].type == trt.LayerType.ACTIVATION
    assert not network.has_explicit_precision
    """
    )


def test_shape_tensors_are_set_by_binding():
    check(
        """
    import numpy as np
    import trtlike as trt
    from conftest import ListLogger

    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network(1)
    x = network.add_input("x", trt.float32, (6,))
    shape = network.add_input("shape", trt.int32, (1,))
    part = network.add_slice(x, (1,), (1,), (1,))
    part.set_input(2, shape)
    network.mark_output(network.add_identity(part.get_output(0)).get_output(0))
    config = builder.create_builder_config()
    profile = builder.create_optimization_profile()
    profile.set_shape_input("shape", (1,), (3,), (5,))
    config.add_optimization_profile(profile)
    engine = builder.build_engine(network, config)
    assert engine is not None, log.text
    assert engine.is_shape_binding(1) and not engine.is_shape_binding(0)
    assert engine.get_profile_shape_input(0, 1)[2] == [5]
    context = engine.create_execution_context()
    assert context.get_shape(1) == []
    assert context.set_shape_input(1, (4,)) and context.get_shape(1) == [4]
    assert tuple(context.get_binding_shape(2)) == (4,)
    data, out = np.arange(6, dtype=np.float32), np.empty(4, np.float32)
    assert context.execute_v2([data.ctypes.data, 0, out.ctypes.data]), log.text
    assert out.tolist() == [1, 2, 3, 4]
    """
    )


def test_networks_with_an_implicit_batch_are_told_of():
    check(
        """
    import trtlike as trt
    from conftest import ListLogger

    log = ListLogger()
    network = trt.Builder(log).create_network()
    assert "expected EXPLICIT_BATCH, got a network with an implicit batch" in log.text
    assert not network.has_implicit_batch_dimension
    """
    )


def test_trtlike_run_at_level_8_is_tensorrt_8(tmp_path):
    script = tmp_path / "probe.py"
    script.write_text(
        "import tensorrt as trt\n"
        "import importlib.metadata\n"
        "print(trt.__version__, importlib.metadata.version('tensorrt'), int(trt.BuilderFlag.REFIT),"
        " hasattr(trt.ICudaEngine, 'num_bindings'))\n"
    )
    for api, text in (
        ("8", "8.6.1 8.6.1 5 True"),
        ("10", f"{trt.__version__} {trt.__version__} 4"),
    ):
        command = [sys.executable, "-m", "trtlike.run", "--api", api, str(script)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.stdout.startswith(text), done


def test_other_levels_are_refused():
    done = start("import trtlike", "9")
    assert "TRTLIKE_API_LEVEL: expected 8 or 10, got '9'" in done.stderr


@pytest.fixture(scope="module")
def engine():
    return load(build_plan(digits_model(), [{"image": ((1, 1, 8, 8), (2, 1, 8, 8), (4, 1, 8, 8))}]))


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("num_bindings", "num_io_tensors"),
        ("get_binding_name", "get_tensor_name(index)"),
        ("binding_is_input", "get_tensor_mode(name) == TensorIOMode.INPUT"),
        ("get_profile_shape", "get_tensor_profile_shape(name, profile_index)"),
    ],
)
def test_level_10_says_what_replaces_names_of_engines(engine, name, new):
    assert not hasattr(engine, name)
    with pytest.raises(AttributeError) as caught:
        getattr(engine, name)
    assert f"ICudaEngine.{name}" in str(caught.value) and new in str(caught.value)
    assert "TRTLIKE_API_LEVEL=8" in str(caught.value)


@pytest.mark.parametrize("name", ["execute", "execute_async_v2", "set_binding_shape", "get_shape"])
def test_level_10_says_what_replaces_names_of_contexts(engine, name):
    context = engine.create_execution_context()
    assert not hasattr(context, name)
    with pytest.raises(AttributeError, match="trtlike run --api 8"):
        getattr(context, name)


def test_other_names_are_missing_as_ever(engine):
    with pytest.raises(AttributeError, match="'ICudaEngine' object has no attribute 'nothing'"):
        _ = engine.nothing
    with pytest.raises(TypeError):
        len(engine)
    context = engine.create_execution_context()
    context.own = 3
    assert context.own == 3


def test_old_names_that_nobody_probes_for_are_there_at_level_10(engine):
    assert trt.SliceMode is trt.SampleMode and trt.ResizeMode is trt.InterpolationMode
    assert trt.shutdown_protobuf_library() is None
    assert trt.EngineCapability.DEFAULT == trt.EngineCapability.STANDARD
    assert trt.ProfilingVerbosity.VERBOSE == trt.ProfilingVerbosity.DETAILED
    assert "STRICT_TYPES" not in trt.BuilderFlag.__members__
    assert trt.BuilderFlag.STRICT_TYPES == trt.BuilderFlag.PREFER_PRECISION_CONSTRAINTS
    assert int(trt.PreviewFeature.FASTER_DYNAMIC_SHAPES_0805) == 0
    assert engine.get_device_memory_size() == engine.device_memory_size
    builder = trt.Builder(ListLogger())
    config = builder.create_builder_config()
    config.max_workspace_size = 12345
    assert config.get_memory_pool_limit(trt.MemoryPoolType.WORKSPACE) == 12345
    assert config.max_workspace_size == 12345
    config.min_timing_iterations = 3
    assert config.min_timing_iterations == 3
    builder.max_batch_size = 16
    assert builder.max_batch_size == 16 and trt.Builder(ListLogger()).max_batch_size == 1


def test_a_profile_is_chosen_by_assignment(engine):
    context = engine.create_execution_context()
    context.active_optimization_profile = 0
    assert context.active_optimization_profile == 0
    with pytest.raises(ValueError, match="optimization profile: expected one of 1, got 3"):
        context.active_optimization_profile = 3


def test_a_builder_with_settings_of_its_own_builds():
    log = ListLogger()
    builder = trt.Builder(log)
    builder.max_workspace_size = 1 << 20
    builder.fp16_mode = True
    assert builder.fp16_mode and not builder.int8_mode
    network = builder.create_network()
    rng = np.random.default_rng(0)
    image = rng.standard_normal((2, 3, 6, 6)).astype(np.float32)
    x = network.add_input("x", trt.float32, image.shape)
    kernel = rng.standard_normal((4, 3, 3, 3)).astype(np.float32)
    conv = network.add_convolution(x, 4, (3, 3), kernel)
    pool = network.add_pooling(conv.get_output(0), trt.PoolingType.MAX, (2, 2))
    pool.stride_nd = (2, 2)
    weights = rng.standard_normal((5, 16)).astype(np.float32)
    bias = rng.standard_normal(5).astype(np.float32)
    dense = network.add_fully_connected(pool.get_output(0), 5, weights, bias)
    network.mark_output(dense.get_output(0))
    engine = builder.build_cuda_engine(network)
    assert engine is not None, log.text
    (got,) = engine.create_execution_context().infer({"x": image}).values()
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), (2, 3))
    conv_out = np.einsum("nchwij,ocij->nohw", windows, kernel)
    pooled = conv_out.reshape(2, 4, 2, 2, 2, 2).max((3, 5))
    want = pooled.reshape(2, 16) @ weights.T + bias
    assert got.shape == (2, 5, 1, 1)
    np.testing.assert_allclose(got[..., 0, 0], want, rtol=0.02, atol=0.05)
