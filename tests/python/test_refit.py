"""Refitting: an engine gives with other weights, to the bit, what a build with them gives."""

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import refit_models
from conftest import ListLogger
from refit_models import MODELS, feeds, make

import trtlike as trt

REFIT = trt.BuilderFlag.REFIT
OLD, NEW = 1, 2


def build(model: bytes, *flags, level: int = 3, cache: bytes = b"", marked=(), log=None):
    """A plan, and the timing cache that it was built with."""
    log = log or ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse(model), log.text
    for name in marked:
        network.mark_weights_refittable(name)
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    for flag in flags:
        config.set_flag(flag)
    config.set_timing_cache(config.create_timing_cache(cache), True)
    if any(info.name == "n" for info in onnx.load_from_string(model).graph.input):
        profile = builder.create_optimization_profile()
        profile.set_shape_input("n", [4], [4], [4])
        config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    assert plan is not None, log.text
    return plan, bytes(config.get_timing_cache().serialize())


def load(plan, log=None) -> trt.ICudaEngine:
    engine = trt.Runtime(log or ListLogger()).deserialize_cuda_engine(plan)
    assert engine is not None
    return engine


def run(engine_or_context, kind) -> np.ndarray:
    if isinstance(engine_or_context, trt.ICudaEngine):
        engine_or_context = engine_or_context.create_execution_context()
    return np.array(engine_or_context.infer(feeds(kind))["y"])


def refit(engine: trt.ICudaEngine, model: bytes) -> None:
    log = ListLogger()
    refitter = trt.Refitter(engine, log)
    parser = trt.OnnxParserRefitter(refitter, log)
    assert parser.refit_from_bytes(model), log.text
    assert refitter.get_missing_weights() == []
    assert refitter.refit_cuda_engine(), log.text


def by_onnxruntime(model: bytes, kind) -> np.ndarray:
    return onnxruntime.InferenceSession(model).run(["y"], feeds(kind))[0]


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_gives_what_a_build_with_the_weights_gives(kind, level):
    old, cache = build(make(kind, OLD), REFIT, level=level)
    new, _ = build(make(kind, NEW), REFIT, level=level, cache=cache)
    engine = load(old)
    context = engine.create_execution_context()
    before = run(context, kind)
    refit(engine, make(kind, NEW))
    expected = run(load(new), kind)
    assert not np.array_equal(before, expected)
    np.testing.assert_array_equal(run(context, kind), expected)
    np.testing.assert_array_equal(run(engine, kind), expected)
    wanted = by_onnxruntime(make(kind, NEW), kind)
    np.testing.assert_allclose(expected, wanted, rtol=2e-3, atol=2e-3)
    if level == 0:
        # Without times everything is the same, to the byte.
        assert bytes(engine.serialize()) == bytes(new)
    refit(engine, make(kind, OLD))
    np.testing.assert_array_equal(run(context, kind), before)


@pytest.mark.parametrize("flag", [trt.BuilderFlag.FP16, trt.BuilderFlag.BF16])
@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_gives_the_same_in_fewer_bits(kind, flag):
    old, cache = build(make(kind, OLD), REFIT, flag)
    new, _ = build(make(kind, NEW), REFIT, flag, cache=cache)
    engine = load(old)
    refit(engine, make(kind, NEW))
    np.testing.assert_array_equal(run(engine, kind), run(load(new), kind))
    wanted = by_onnxruntime(make(kind, NEW), kind)
    np.testing.assert_allclose(run(engine, kind), wanted, rtol=0.1, atol=0.1)


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_a_stripped_plan_runs_once_it_is_refitted(kind):
    full, cache = build(make(kind, OLD), trt.BuilderFlag.REFIT_IDENTICAL)
    stripped, _ = build(
        make(kind, OLD), trt.BuilderFlag.STRIP_PLAN, trt.BuilderFlag.REFIT_IDENTICAL, cache=cache
    )
    assert stripped.nbytes < full.nbytes
    log = ListLogger()
    engine = load(stripped, log)
    assert engine.create_execution_context() is None
    assert "expected its weights, got a plan without them" in log.text
    refit(engine, make(kind, OLD))
    np.testing.assert_array_equal(run(engine, kind), run(load(full), kind))
    assert bytes(engine.serialize()) == bytes(full)


def test_identical_weights_are_asked_for():
    kind = refit_models.products
    plan, _ = build(make(kind, OLD), trt.BuilderFlag.REFIT_IDENTICAL)
    log = ListLogger()
    refitter = trt.Refitter(load(plan), log)
    assert trt.OnnxParserRefitter(refitter, log).refit_from_bytes(make(kind, NEW))
    assert not refitter.refit_cuda_engine()
    assert "expected the elements that the plan was built with" in log.text


def test_serializes_with_and_without_weights():
    kind = refit_models.conv_bn
    plan, _ = build(make(kind, OLD), REFIT)
    engine = load(plan)
    refit(engine, make(kind, NEW))
    expected = run(engine, kind)
    config = engine.create_serialization_config()
    assert config.flags == 0
    final = load(engine.serialize_with_config(config))
    assert not final.refittable
    np.testing.assert_array_equal(run(final, kind), expected)
    config.set_flag(trt.SerializationFlag.INCLUDE_REFIT)
    again = load(engine.serialize_with_config(config))
    assert again.refittable
    np.testing.assert_array_equal(run(again, kind), expected)
    config.set_flag(trt.SerializationFlag.EXCLUDE_WEIGHTS)
    light = engine.serialize_with_config(config)
    assert light.nbytes < plan.nbytes - 5000
    lacking = load(light)
    refit(lacking, make(kind, NEW))
    np.testing.assert_array_equal(run(lacking, kind), expected)


def test_parts_that_follow_together_are_asked_for_together():
    kind = refit_models.conv_bn
    plan, _ = build(make(kind, OLD), REFIT)
    engine, log = load(plan), ListLogger()
    refitter = trt.Refitter(engine, log)
    assert sorted(refitter.get_all_weights()) == sorted(
        init.name for init in onnx.load_from_string(make(kind, OLD)).graph.initializer
    )
    assert refitter.get_missing_weights() == []
    new = {i.name: onnx.numpy_helper.to_array(i)
           for i in onnx.load_from_string(make(kind, NEW)).graph.initializer}  # fmt: skip
    assert refitter.set_named_weights("k1", trt.Weights(new["k1"]))
    assert set(refitter.get_missing_weights()) == {"n1.gamma", "n1.var"}
    assert not refitter.refit_cuda_engine()
    assert "expected 2 more weights" in log.text
    for name in ("n1.gamma", "n1.var"):
        refitter.set_named_weights(name, trt.Weights(new[name]))
    # The shift follows from the factor.
    assert set(refitter.get_missing_weights()) == {"n1.beta", "n1.mean"}
    assert refitter.unset_named_weights("n1.gamma")
    assert not refitter.unset_named_weights("n1.gamma")


def test_layers_and_roles():
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    rng = np.random.default_rng(3)
    kernel = rng.standard_normal((4, 3, 3, 3)).astype(np.float32)
    bias = rng.standard_normal(4).astype(np.float32)
    x = network.add_input("x", trt.float32, (1, 3, 8, 8))
    conv = network.add_convolution_nd(x, 4, (3, 3), kernel, bias)
    conv.name = "conv"
    scale = network.add_scale(
        conv.get_output(0),
        trt.ScaleMode.CHANNEL,
        bias + 1,
        np.abs(bias) + 1,
        np.ones(4, np.float32),
    )
    scale.name = "scale"
    scale.get_output(0).name = "y"
    network.mark_output(scale.get_output(0))
    assert network.set_weights_name(conv.kernel, "the kernel")
    config = builder.create_builder_config()
    config.set_flag(REFIT)
    engine = load(builder.build_serialized_network(network, config))
    refitter = trt.Refitter(engine, log)
    roles = trt.WeightsRole
    found = set(zip(*refitter.get_all(), strict=True))
    assert {("conv", roles.KERNEL), ("conv", roles.BIAS), ("scale", roles.SHIFT),
            ("scale", roles.SCALE)} <= found  # fmt: skip
    assert "the kernel" in refitter.get_all_weights()
    prototype = refitter.get_weights_prototype("the kernel")
    assert (prototype.dtype, prototype.size) == (trt.float32, 108)
    assert refitter.get_weights_prototype("none").size == -1
    other = kernel[::-1].copy()
    assert refitter.set_weights("conv", roles.KERNEL, other)
    assert ("scale", roles.SCALE) in set(zip(*refitter.get_missing(), strict=True))
    np.testing.assert_array_equal(refitter.get_named_weights("the kernel").numpy(), other.ravel())
    assert refitter.get_weights_location("the kernel") == trt.TensorLocation.HOST


def test_says_what_does_not_fit():
    kind = refit_models.embedding
    plan, _ = build(make(kind, OLD), REFIT)
    log = ListLogger()
    refitter = trt.Refitter(load(plan), log)
    cases = [
        (lambda: refitter.set_named_weights("w", trt.Weights(np.zeros(5, np.float32))),
         "weights 'w': expected 768 elements of FLOAT, got 5 of FLOAT."),
        (lambda: refitter.set_named_weights("w", trt.Weights(np.zeros((32, 24), np.float16))),
         "weights 'w': expected 768 elements of FLOAT, got 768 of HALF."),
        (lambda: refitter.set_named_weights("v", trt.Weights(np.zeros(5, np.float32))),
         "weights 'v': expected one of 'table', 'w', got none that can be refitted."),
        (lambda: refitter.set_named_weights("ids", trt.Weights(np.zeros(5, np.int64))),
         "weights 'ids': expected one of"),
        (lambda: refitter.set_weights("no", trt.WeightsRole.BIAS, trt.Weights(np.zeros(1, "f4"))),
         "layer 'no': expected weights that can be refitted"),
        (lambda: refitter.set_dynamic_range("x", [-1, 1]), "expected a range that can be refitted"),
    ]  # fmt: skip
    for call, sentence in cases:
        assert call() is False
        assert sentence in log.lines[-1]
    assert refitter.get_named_weights("w").size == 0
    assert "expected ones that were set" in log.lines[-1]
    assert refitter.get_tensors_with_dynamic_range() == []
    plain, _ = build(make(kind, OLD))
    assert not load(plain).refittable
    with pytest.raises(Exception, match="expected one that was built with"):
        trt.Refitter(load(plain), log)


def test_individual_weights():
    kind = refit_models.computed
    plan, cache = build(make(kind, OLD), trt.BuilderFlag.REFIT_INDIVIDUAL, marked=["s"])
    engine, log = load(plan), ListLogger()
    refitter = trt.Refitter(engine, log)
    assert refitter.get_all_weights() == ["s"]
    mixed = onnx.load_from_string(make(kind, OLD))
    for i, init in enumerate(onnx.load_from_string(make(kind, NEW)).graph.initializer):
        if init.name == "s":
            mixed.graph.initializer[i].CopyFrom(init)
            array = onnx.numpy_helper.to_array(init)
    assert refitter.set_named_weights("s", trt.Weights(np.ascontiguousarray(array)))
    assert refitter.refit_cuda_engine(), log.text
    model = mixed.SerializeToString()
    new, _ = build(model, trt.BuilderFlag.REFIT_INDIVIDUAL, marked=["s"], cache=cache)
    np.testing.assert_array_equal(run(engine, kind), run(load(new), kind))
    np.testing.assert_allclose(run(engine, kind), by_onnxruntime(model, kind), rtol=1e-4, atol=1e-4)


def test_marked_weights_must_be_refittable():
    log = ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse(make(refit_models.embedding, OLD))
    with pytest.raises(Exception, match="expected weights of this name, got none"):
        network.mark_weights_refittable("nothing")
    network.mark_weights_refittable("ids")
    assert network.are_weights_marked_refittable("ids")
    config = builder.create_builder_config()
    config.set_flag(trt.BuilderFlag.REFIT_INDIVIDUAL)
    assert builder.build_serialized_network(network, config) is None
    assert "expected marked weights that can be refitted, got integers" in log.text
    network.unmark_weights_refittable("ids")
    assert not network.are_weights_marked_refittable("ids")


def test_in_a_fresh_process_from_a_file(tmp_path):
    kind = refit_models.conv_bn
    stripped, cache = build(make(kind, OLD), REFIT, trt.BuilderFlag.STRIP_PLAN)
    full, _ = build(make(kind, NEW), REFIT, cache=cache)
    (tmp_path / "plan").write_bytes(bytes(stripped))
    (tmp_path / "new.onnx").write_bytes(make(kind, NEW))
    np.save(tmp_path / "x.npy", feeds(kind)["x"])
    script = """
import sys, numpy as np, trtlike as trt
log = trt.Logger()
engine = trt.Runtime(log).load_engine_file("plan")
refitter = trt.Refitter(engine, log)
parser = trt.OnnxParserRefitter(refitter, log)
assert parser.refit_from_file("new.onnx"), parser.get_error(0)
stream = trt.create_stream()
assert refitter.refit_cuda_engine_async(stream)
y = engine.create_execution_context().infer({"x": np.load("x.npy")})["y"]
np.save("y.npy", np.array(y))
"""
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), run(load(full), kind))
    assert (tmp_path / "plan").read_bytes() == bytes(stripped)


def test_the_model_in_steps():
    kind = refit_models.products
    plan, _ = build(make(kind, OLD), REFIT)
    engine, log = load(plan), ListLogger()
    refitter = trt.Refitter(engine, log)
    parser = trt.OnnxParserRefitter(refitter, log)
    assert not parser.refit_model_proto()
    assert "expected a model that was loaded" in parser.get_error(0).desc()
    assert parser.load_model_proto(make(kind, OLD))
    w3 = np.random.default_rng(5).standard_normal((64, 8)).astype(np.float32)
    assert not parser.load_initializer("w3", w3.ctypes.data, 4)
    assert "expected 2048 bytes, got 4" in parser.get_error(1).desc()
    assert not parser.load_initializer("w9", w3.ctypes.data, 4)
    assert not parser.load_model_proto(make(kind, OLD))
    assert parser.num_errors == 4
    parser.clear_errors()
    assert parser.load_initializer("w3", w3.ctypes.data, w3.nbytes)
    assert parser.refit_model_proto()
    assert refitter.refit_cuda_engine(), log.text
    model = onnx.load_from_string(make(kind, OLD))
    for init in model.graph.initializer:
        if init.name == "w3":
            init.CopyFrom(onnx.numpy_helper.from_array(w3, "w3"))
    wanted = by_onnxruntime(model.SerializeToString(), kind)
    np.testing.assert_allclose(run(engine, kind), wanted, rtol=1e-4, atol=1e-4)
    assert not parser.refit_from_bytes(b"no model")
    assert parser.num_errors == 1


def test_a_model_without_weights_that_are_needed():
    kind = refit_models.embedding
    stripped, _ = build(make(kind, OLD), REFIT, trt.BuilderFlag.STRIP_PLAN)
    model = onnx.load_from_string(make(kind, NEW))
    for init in model.graph.initializer:
        if init.name == "w":
            init.name = "w_other"
    model.graph.node[2].input[1] = "w_other"
    log = ListLogger()
    parser = trt.OnnxParserRefitter(trt.Refitter(load(stripped), log), log)
    assert not parser.refit_from_bytes(model.SerializeToString())
    assert "expected an initializer 'w' in the model, got none" in parser.get_error(0).desc()
    assert parser.get_error(0).code() == trt.ErrorCode.REFIT_FAILED


def test_shapes_do_not_follow_from_weights():
    """Numbers that a reshape is computed from stay what they are, and say so."""
    node = onnx.helper.make_node
    d = refit_models.Drawn(1)
    model = refit_models._model(
        [
            node("Mul", [d.fixed("p", np.float32([5, 4])), d.fixed("two", np.float32(2))], ["f"]),
            node("Cast", ["f"], ["shape"], to=onnx.TensorProto.INT64),
            node("Reshape", ["x", "shape"], ["r"]),
            node("MatMul", ["r", d.add("w", 8, 4)], ["y"]),
        ],
        [("x", onnx.TensorProto.FLOAT, (10, 8))], ["y"], d,
    )  # fmt: skip
    plan, _ = build(model, REFIT)
    assert trt.Refitter(load(plan), ListLogger()).get_all_weights() == ["w"]


def test_the_inspector_says_which_layers_can_be_refitted():
    plan, _ = build(make(refit_models.products, OLD), REFIT)
    text = (
        load(plan).create_engine_inspector().get_engine_information(trt.LayerInformationFormat.JSON)
    )
    assert '"Refittable": true' in text
