"""trtlike.onnxruntime: engines and timings on disk."""

import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from conftest import assert_close, digits_model
from onnx import TensorProto, numpy_helper
from onnxruntime_models import (
    assert_same,
    count_builds,
    make_model,
    node,
    random_feed,
    session_of,
    static_convolutions,
    with_sample,
)

CACHE = {"trt_engine_cache_enable": "True", "trt_engine_cache_prefix": "net"}


@pytest.mark.parametrize("model", [digits_model(), with_sample()], ids=["digits", "sample"])
def test_second_session_takes_engines_from_disk_with_the_same_bits(model, tmp_path, monkeypatch):
    name = "image" if model == digits_model() else "x"
    shapes = {"image": (2, 1, 8, 8), "x": (2, 3, 3)}
    feeds = random_feed(name, *shapes[name])
    builds = count_builds(monkeypatch)
    options = {**CACHE, "trt_engine_cache_path": str(tmp_path / "engines")}
    results, seconds = [], []
    for _ in range(2):
        start = time.perf_counter()
        results.append(session_of(model, options).run(None, feeds))
        seconds.append(time.perf_counter() - start)
    for first, second in zip(*results, strict=True):
        assert first.tobytes() == second.tobytes()
    assert len(builds) == len(set(builds)) == len(list((tmp_path / "engines").glob("net_*.engine")))
    if name == "image":
        assert seconds[1] < seconds[0] / 2
    assert not list((tmp_path / "engines").glob(".*"))


def test_engine_on_disk_keeps_the_widest_shapes(tmp_path, monkeypatch):
    builds = count_builds(monkeypatch)
    options = {**CACHE, "trt_engine_cache_path": tmp_path}
    for batches in ((2, 6), (4, 2, 6)):
        session = session_of(digits_model(), options)
        for batch in batches:
            session.run(None, random_feed("image", batch, 1, 8, 8))
    assert len(builds) == 2


def spoil(path: Path, how: str, other: Path) -> None:
    data = bytearray(path.read_bytes())
    if how == "cut":
        data = data[: len(data) // 2]
    elif how == "flipped":
        data[len(data) // 2] ^= 0x40
    elif how == "empty":
        data = bytearray()
    elif how == "text":
        data = bytearray(b"no plan at all")
    else:
        data = bytearray(other.read_bytes())
    path.unlink()
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["cut", "flipped", "empty", "text", "of another model"])
def test_spoilt_engine_on_disk_is_built_anew(how, tmp_path, monkeypatch, caplog):
    builds = count_builds(monkeypatch)
    options = {**CACHE, "trt_engine_cache_path": str(tmp_path)}
    feeds = random_feed("image", 2, 1, 8, 8)
    session_of(digits_model(), options).run(None, feeds)
    (path,) = tmp_path.glob("*.engine")
    image = ("image", TensorProto.FLOAT, ["n", 1, 8, 8])
    tanh = make_model([node("Tanh", ["image"], ["probabilities"])], [image], ["probabilities"])
    session_of(tanh, options).run(None, feeds)
    (other,) = set(tmp_path.glob("*.engine")) - {path}
    spoil(path, how, other)
    assert_same(session_of(digits_model(), options), digits_model(), feeds)
    assert len(builds) == 3 and "expected this model's engine, got none" in caplog.text
    assert_same(session_of(digits_model(), options), digits_model(), feeds)
    assert len(builds) == 3


def test_options_and_models_have_engines_of_their_own(tmp_path, monkeypatch):
    builds = count_builds(monkeypatch)
    options = {**CACHE, "trt_engine_cache_path": str(tmp_path)}
    changed = onnx.load_model_from_string(digits_model())
    bias = changed.graph.initializer[3]
    bias.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(bias) + 1, bias.name))
    feeds = random_feed("image", 1, 1, 8, 8)
    for model, more in (
        (digits_model(), {}),
        (digits_model(), {"trt_fp16_enable": True}),
        (digits_model(), {"trt_bf16_enable": "1"}),
        (digits_model(), {"trt_builder_optimization_level": 0}),
        (changed.SerializeToString(), {}),
        (digits_model(), {}),
    ):
        session_of(model, {**options, **more}).run(None, feeds)
    assert len(builds) == len(set(builds)) == 5


def test_timing_cache_is_kept_on_disk(tmp_path, caplog):
    options = {"trt_timing_cache_enable": True, "trt_timing_cache_path": str(tmp_path)}
    feeds = random_feed("image", 1, 1, 8, 8)
    first = session_of(digits_model(), options).run(None, feeds)
    (path,) = tmp_path.glob("*.timing")
    assert path.stat().st_size > 100
    path.write_bytes(b"spoilt")
    second = session_of(digits_model(), options).run(None, feeds)
    assert_close(first[0], second[0], 1e-5)
    assert "nothing is taken from it: [tuner] timing cache" in caplog.text
    assert path.stat().st_size > 100


def test_external_weights_are_found_beside_the_model(tmp_path):
    for name, scale in (("one", 1.0), ("two", 2.0)):
        folder = tmp_path / name
        folder.mkdir()
        model = onnx.load_model_from_string(static_convolutions())
        weights = model.graph.initializer[0]
        scaled = numpy_helper.to_array(weights) * np.float32(scale)
        weights.CopyFrom(numpy_helper.from_array(scaled, weights.name))
        onnx.save(model, folder / "m.onnx", save_as_external_data=True, location="w.bin",
                  size_threshold=0)  # fmt: skip
    options = {**CACHE, "trt_engine_cache_path": str(tmp_path / "engines"),
               "trt_op_types_to_exclude": "GlobalAveragePool,Add"}  # fmt: skip
    for name in ("one", "two"):
        path = tmp_path / name / "m.onnx"
        assert_same(session_of(str(path), options), path, random_feed("x", 2, 3, 12, 12))
