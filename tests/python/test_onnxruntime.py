"""trtlike.onnxruntime: parts on trtlike, the rest in ONNX Runtime, engines kept on disk."""

import concurrent.futures
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import assert_close, asset, digits_model, onnxruntime_outputs
from onnx import TensorProto
from onnxruntime_models import (
    CPU,
    TRT,
    assert_same,
    count_builds,
    make_model,
    node,
    providers_of,
    random_feed,
    session_of,
    static_convolutions,
    with_sample,
)

import trtlike as trt
from trtlike import onnxruntime as ort

MODELS = [
    (digits_model(), {"image": (4, 1, 8, 8)}, [(TRT, 24)]),
    (static_convolutions(), {"x": (2, 3, 12, 12)}, [(TRT, 6)]),
    (with_sample(), {"x": (5, 3, 3)}, [(TRT, 4), (CPU, 1), (TRT, 2)]),
]


@pytest.mark.parametrize(
    ("model", "shapes", "parts"), MODELS, ids=["digits", "convolutions", "sample"]
)
def test_model_gives_the_numbers_of_onnxruntime(model, shapes, parts):
    session = session_of(model)
    feeds = {k: v for name, shape in shapes.items() for k, v in random_feed(name, *shape).items()}
    assert_same(session, model, feeds)
    assert providers_of(session) == parts


def test_negative_extents_are_unknown_ones():
    """Some exporters write -1 where an extent is not known."""
    model = make_model([node("Relu", ["x"], ["y"])], [("x", TensorProto.FLOAT, [-1, 3])], ["y"])
    session = session_of(model)
    assert session.get_inputs()[0].shape == [None, 3]
    for rows in (2, 5):
        assert_same(session, model, random_feed("x", rows, 3))


REAL_MODELS = [
    ("yunet_n_dynamic.onnx", "input", (1, 3, 64, 96)),
    ("dtln_1.onnx", "input_2", (1, 1, 257)),
    ("ppocr_v1.1_det.onnx", "image", (1, 3, 64, 64)),
]


@pytest.mark.parametrize(("file", "name", "shape"), REAL_MODELS)
def test_real_models_give_the_numbers_of_onnxruntime(file, name, shape):
    path = asset("models", file)
    session = session_of(str(path), {"trt_builder_optimization_level": 0})
    feeds = {
        arg.name: np.zeros([n if isinstance(n, int) else 1 for n in arg.shape], np.float32)
        for arg in session.get_inputs()
    }
    feeds.update(random_feed(name, *shape))
    assert_same(session, path, feeds, 1e-4)


def test_session_describes_itself_as_onnxruntime_does():
    runtime = pytest.importorskip("onnxruntime")
    path = Path(trt.__file__).parent / "data" / "digits.onnx"
    session, other = session_of(str(path)), runtime.InferenceSession(str(path))
    for own, theirs in (
        (session.get_inputs(), other.get_inputs()),
        (session.get_outputs(), other.get_outputs()),
    ):
        described = [(arg.name, arg.type, arg.shape) for arg in theirs]
        assert [(arg.name, arg.type, arg.shape) for arg in own] == described
    own, theirs = session.get_modelmeta(), other.get_modelmeta()
    for name in ("producer_name", "graph_name", "domain", "description", "custom_metadata_map"):
        assert getattr(own, name) == getattr(theirs, name)
    assert session.get_providers() == [TRT, CPU]
    assert ort.InferenceSession(str(path), providers=[CPU]).get_providers() == [CPU]
    assert session.get_overridable_initializers() == other.get_overridable_initializers() == []


def test_shapes_outside_of_the_engine_build_it_once_more(caplog, monkeypatch):
    builds = count_builds(monkeypatch)
    model = digits_model()
    session = session_of(model)
    for batch in (3, 3, 5, 4, 3, 2, 4):
        assert_same(session, model, random_feed("image", batch, 1, 8, 8))
    assert len(builds) == 3
    assert (
        "input 'image' of a part of 24 nodes: expected a shape from (3, 1, 8, 8) to" in caplog.text
    )
    assert "got (5, 1, 8, 8)" in caplog.text and "got (2, 1, 8, 8)" in caplog.text


def test_explicit_profile_is_built_before_the_first_run(monkeypatch, caplog):
    builds = count_builds(monkeypatch)
    model = digits_model()
    session = session_of(model, profile(*(f"image:{n}x1x8x8" for n in (1, 4, 8))))
    assert len(builds) == 1
    for batch in (1, 8, 4):
        assert_same(session, model, random_feed("image", batch, 1, 8, 8))
    assert len(builds) == 1 and "built again" not in caplog.text


def test_values_that_shapes_follow_from_build_again_too(caplog):
    inputs = [("x", TensorProto.FLOAT, [6, 4]), ("to", TensorProto.INT64, [1])]
    nodes = [
        node("Relu", ["x"], ["a"]),
        node("Concat", ["to", "four"], ["s"], axis=0),
        node("ConstantOfShape", ["s"], ["b"]),
        node("Concat", ["a", "b"], ["y"], axis=0),
    ]
    model = make_model(nodes, inputs, ["y"], [("four", np.array([4], np.int64))])
    session = session_of(model)
    for rows in (3, 9, 5):
        feeds = {**random_feed("x", 6, 4), "to": np.array([rows], np.int64)}
        assert_same(session, model, feeds)
    assert all(provider == TRT for provider, _ in providers_of(session))
    assert "input 'to' of a part of" in caplog.text and "expected values from (3,)" in caplog.text


def test_bindings_and_values_carry_arrays_without_copies():
    model = digits_model()
    session = session_of(model)
    feeds = random_feed("image", 3, 1, 8, 8)
    expected = onnxruntime_outputs(model, feeds)["probabilities"]
    value = ort.OrtValue.ortvalue_from_numpy(feeds["image"])
    assert value.numpy() is feeds["image"] and value.shape() == [3, 1, 8, 8]
    assert value.data_type() == "tensor(float)" and value.data_ptr() == feeds["image"].ctypes.data
    (result,) = session.run_with_ort_values(["probabilities"], {"image": value})
    assert_close(result.numpy(), expected, 1e-5)
    target = np.zeros((3, 10), np.float32)
    binding = session.io_binding()
    binding.bind_input("image", "cpu", 0, np.float32, value.shape(), value.data_ptr())
    binding.bind_output("probabilities", "cpu", 0, np.float32, target.shape, target.ctypes.data)
    session.run_with_iobinding(binding)
    assert_close(target, expected, 1e-5)
    assert binding.get_outputs()[0].data_ptr() == target.ctypes.data
    binding.clear_binding_outputs()
    binding.bind_output("probabilities")
    session.run_with_iobinding(binding)
    assert_close(binding.copy_outputs_to_cpu()[0], expected, 1e-5)
    other = ort.OrtValue.ortvalue_from_shape_and_type([3, 10], np.float32)
    binding.bind_ortvalue_output("probabilities", other)
    binding.bind_ortvalue_input("image", value)
    session.run_with_iobinding(binding)
    assert_close(other.numpy(), expected, 1e-5)
    small = ort.OrtValue.ortvalue_from_shape_and_type([2, 10], np.float32)
    binding.bind_ortvalue_output("probabilities", small)
    with pytest.raises(ValueError, match="output 'probabilities': expected an array of shape"):
        session.run_with_iobinding(binding)
    with pytest.raises(ValueError, match="io_binding: expected a name among probabilities, image"):
        binding.bind_output("nothing")
    with pytest.raises(ValueError, match=r"update_inplace: expected an array of float32 of shape"):
        value.update_inplace(np.zeros(3, np.float32))


def test_bound_output_of_the_rest_is_written_in_place():
    model = with_sample()
    session = session_of(model, {"trt_op_types_to_exclude": "Mul, Tanh"})
    feeds = random_feed("x", 2, 3, 3)
    expected = onnxruntime_outputs(model, feeds)
    binding = session.io_binding()
    binding.bind_cpu_input("x", feeds["x"])
    targets = {name: np.zeros_like(array) for name, array in expected.items()}
    for name, array in targets.items():
        binding.bind_ortvalue_output(name, ort.OrtValue(array))
    session.run_with_iobinding(binding)
    for name, array in expected.items():
        assert_close(targets[name], array, 1e-5)


def profile(low: str, opt: str, high: str) -> dict[str, str]:
    ends = {"min": low, "opt": opt, "max": high}
    return {f"trt_profile_{end}_shapes": text for end, text in ends.items()}


BAD_OPTIONS = [
    ({"trt_fp61_enable": True}, "expected names among .*trt_bf16_enable,.*got 'trt_fp61_enable'"),
    ({"trt_fp16_enable": "maybe"}, "'trt_fp16_enable': expected True or False, got 'maybe'"),
    ({"trt_min_subgraph_size": "few"}, "expected a whole number, got 'few'"),
    (profile("image=1", "", ""), "expected inputs with shapes, such as .* got 'image=1'"),
    (profile("x:1,x:2", "", ""), "expected one shape for each input, got 'x:1,x:2'"),
    (profile("image:1x1x8x8", "", ""), "expected the same inputs in all three"),
    (profile("x:1", "x:1", "x:1"), "expected inputs of trtlike's parts, image; got 'x'"),
    (
        profile("image:4x1x8x8", "image:9x1x8x8", "image:5x1x8x8"),
        "input 'image': expected min <= opt <= max, got",
    ),
]


@pytest.mark.parametrize(("options", "sentence"), BAD_OPTIONS)
def test_bad_options_are_refused_with_what_there_is(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        session_of(digits_model(), options)


def test_bad_providers_are_refused_with_what_there_is():
    with pytest.raises(ValueError, match=r"expected names among Tensorrt.*got 'TensorRT'"):
        ort.InferenceSession(digits_model(), providers=["TensorRT"])
    with pytest.raises(ValueError, match="expected one for each of 1 providers, got 2"):
        ort.InferenceSession(digits_model(), providers=[TRT], provider_options=[{}, {}])
    options = [{"trt_min_subgraph_size": 99}, {}, {}]
    names = [TRT, "CUDAExecutionProvider", CPU]
    session = ort.InferenceSession(digits_model(), None, names, options)
    assert session.get_providers() == [TRT, CPU] and providers_of(session) == [(CPU, 24)]
    assert session.get_provider_options()[TRT] == options[0]


def test_providers_can_be_set_again():
    session = session_of(digits_model())
    session.set_providers([CPU])
    assert session.get_providers() == [CPU] and providers_of(session) == [(CPU, 24)]
    assert_same(session, digits_model(), random_feed("image", 2, 1, 8, 8))


def test_options_that_are_not_there_are_refused_by_name():
    with pytest.raises(trt.UnsupportedError, match="'trt_dump_ep_context_model': trtlike has none"):
        session_of(digits_model(), {"trt_dump_ep_context_model": True})


def test_options_without_effect_are_accepted_with_a_warning(caplog):
    session_of(
        digits_model(), {"trt_dla_enable": True, "trt_cuda_graph_enable": False, "device_id": 0}
    )
    assert "option 'trt_dla_enable' has no effect on a CPU" in caplog.text
    assert "trt_cuda_graph_enable" not in caplog.text
    session_of(digits_model(), {"trt_int8_enable": True})
    assert "'trt_int8_enable': only quantized models" in caplog.text


def test_a_calibration_table_makes_layers_int8(tmp_path, caplog):
    feeds = random_feed("image", 2, 1, 8, 8)
    cache = trt.calibrate(digits_model(), [feeds])
    cache.save(tmp_path / "digits.table")
    options = {
        "trt_int8_enable": True,
        "trt_int8_calibration_table_name": "digits.table",
        "trt_int8_use_native_calibration_table": True,
        "trt_engine_cache_path": str(tmp_path),
    }
    exact = session_of(digits_model()).run(None, feeds)[0]
    rounded = session_of(digits_model(), options).run(None, feeds)[0]
    assert "trt_int8" not in caplog.text
    assert 0 < np.abs(rounded - exact).max() < 0.1 * np.abs(exact).max()
    (tmp_path / "digits.table").write_text("no table")
    with pytest.raises(ValueError, match="expected a calibration cache in TensorRT's format"):
        session_of(digits_model(), options)


BAD_FEEDS = [
    ({}, "inputs: expected image, got none"),
    ({"picture": np.zeros(1)}, "inputs: expected image, got picture"),
    ({"image": np.zeros((1, 1, 8, 8))}, "'image': expected tensor.float., .* got one of float64"),
    (
        {"image": np.zeros((1, 1, 8), np.float32)},
        r"'image': expected a shape of .* got \[1, 1, 8\]",
    ),
    ({"image": np.zeros((1, 1, 8, 9), np.float32)}, r"expected a shape of .* got \[1, 1, 8, 9\]"),
]


@pytest.mark.parametrize(("feeds", "sentence"), BAD_FEEDS)
def test_bad_inputs_are_refused_by_name(feeds, sentence):
    with pytest.raises(ValueError, match=sentence):
        session_of(digits_model()).run(None, feeds)


def test_unknown_output_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="expected names among probabilities, got 'logits'"):
        session_of(digits_model()).run(["logits"], random_feed("image", 1, 1, 8, 8))


def test_rest_without_onnxruntime_is_refused_by_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(trt.UnsupportedError) as refusal:
        session_of(with_sample())
    assert "node 3 'sample' (SampleOp)" in str(refusal.value)
    assert "Install trtlike[onnxruntime]" in str(refusal.value)
    (result,) = session_of(digits_model()).run(None, random_feed("image", 1, 1, 8, 8))
    assert result.shape == (1, 10)


def test_threads_share_a_session():
    session = session_of(digits_model(), profile(*(f"image:{n}x1x8x8" for n in (1, 4, 8))))
    random = np.random.default_rng(6)
    feeds = [random.uniform(0, 16, (1 + i % 8, 1, 8, 8)).astype(np.float32) for i in range(16)]
    expected = [session.run(None, {"image": images})[0].tobytes() for images in feeds]

    def run(start: int) -> list[bool]:
        order = [(start + 7 * i) % 16 for i in range(100)]
        return [session.run(None, {"image": feeds[i]})[0].tobytes() == expected[i] for i in order]

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert all(all(same) for same in pool.map(run, range(4)))


def test_import_of_trtlike_loads_none_of_it():
    text = (
        "import sys, trtlike\n"
        "print([n for n in sys.modules if n.startswith('trtlike.onnx') or n.split('.')[0] in "
        "('onnx', 'onnxruntime')])"
    )
    assert subprocess.check_output([sys.executable, "-c", text], text=True) == "[]\n"


def test_warnings_reach_the_log_of_the_package(caplog):
    with caplog.at_level(logging.WARNING, "trtlike.onnxruntime"):
        session_of(digits_model(), {"trt_dla_enable": 1})
    assert caplog.records[0].name == "trtlike.onnxruntime"
