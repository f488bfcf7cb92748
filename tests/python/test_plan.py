"""Plans: the same bytes and results after saving, and nothing bad from altered ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import (
    ListLogger,
    assert_close,
    build_plan,
    digits_model,
    load,
    onnxruntime_outputs,
)

import trtlike as trt
from trtlike import cli, trtexec

DYNAMIC = [{"image": ((1, 1, 8, 8), (4, 1, 8, 8), (16, 1, 8, 8))}]
IMAGES = np.random.default_rng(0).random((4, 1, 8, 8), np.float32)


@pytest.fixture(scope="module")
def plan() -> bytes:
    return bytes(build_plan(digits_model(), DYNAMIC))


def run(plan: bytes) -> np.ndarray:
    return load(plan).create_execution_context().infer({"image": IMAGES})["probabilities"]


def test_another_process_computes_the_same_bits(plan, tmp_path):
    path, images, out = tmp_path / "digits.engine", tmp_path / "images.npy", tmp_path / "out.npy"
    path.write_bytes(plan)
    np.save(images, IMAGES)
    script = (
        "import sys, numpy as np, trtlike as trt\n"
        "engine = trt.Runtime(trt.Logger()).load_engine_file(sys.argv[1])\n"
        "result = engine.create_execution_context().infer({'image': np.load(sys.argv[2])})\n"
        "np.save(sys.argv[3], result['probabilities'])\n"
    )
    subprocess.run([sys.executable, "-c", script, path, images, out], check=True)
    np.testing.assert_array_equal(np.load(out), run(plan))


@pytest.mark.parametrize(("tuned_for", "cpus"), [(1, 2), (2, 1), (2, 4), (4, 2)])
def test_plans_run_on_other_numbers_of_threads_than_they_were_tuned_for(tuned_for, cpus, tmp_path):
    """On an engine whose plan leaves the number open, the process decides it at load."""
    build = (
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from conftest import build_plan, digits_model\n"
        "shapes = ((1, 1, 8, 8), (4, 1, 8, 8), (16, 1, 8, 8))\n"
        "open(sys.argv[1], 'wb').write(build_plan(digits_model(), [{'image': shapes}], level=1))\n"
    )
    execute = (
        "import sys, numpy as np, trtlike as trt\n"
        "engine = trt.Runtime(trt.Logger()).load_engine_file(sys.argv[1])\n"
        "context = engine.create_execution_context()\n"
        "assert context.num_threads == int(sys.argv[4]), context.num_threads\n"
        "result = context.infer({'image': np.load(sys.argv[2])})\n"
        "np.save(sys.argv[3], result['probabilities'])\n"
    )
    path, images, out = tmp_path / "digits.engine", tmp_path / "images.npy", tmp_path / "out.npy"
    np.save(images, IMAGES)
    for script, threads in ((build, tuned_for), (execute, cpus)):
        environment = {**os.environ, "TRTLIKE_NUM_THREADS": str(threads)}
        command = [sys.executable, "-c", script, path, images, out, str(threads)]
        subprocess.run(command, check=True, env=environment)
    (expected,) = onnxruntime_outputs(digits_model(), {"image": IMAGES}).values()
    assert_close(np.load(out), expected, 1e-5)


def test_serialize_gives_the_loaded_bytes_again(plan):
    assert bytes(load(plan).serialize()) == plan


def test_two_builds_with_one_timing_cache_are_identical():
    config = trt.Builder(ListLogger()).create_builder_config()
    cache = config.create_timing_cache(b"")
    first = bytes(build_plan(digits_model(), DYNAMIC, cache=cache))
    assert len(cache) > 0
    again = config.create_timing_cache(bytes(cache.serialize()))
    assert bytes(build_plan(digits_model(), DYNAMIC, cache=again)) == first


def test_a_saved_cache_leaves_nothing_to_measure(logger):
    builder = trt.Builder(logger)
    config = builder.create_builder_config()
    cache = config.create_timing_cache(b"")
    build_plan(digits_model(), DYNAMIC, cache=cache)
    flags = [trt.BuilderFlag.ERROR_ON_TIMING_CACHE_MISS]
    build_plan(digits_model(), DYNAMIC, flags=flags, cache=cache)


def test_truncated_plans_are_refused(plan, logger):
    runtime = trt.Runtime(logger)
    for size in np.linspace(0, len(plan) - 1, 300, dtype=int):
        assert runtime.deserialize_cuda_engine(plan[:size]) is None
    assert len(logger.lines) == 300


def test_flipped_bytes_are_refused(plan, logger):
    runtime = trt.Runtime(logger)
    random = np.random.default_rng(1)
    for position in random.integers(0, len(plan), 300):
        bad = bytearray(plan)
        bad[position] ^= 1 << int(random.integers(8))
        assert runtime.deserialize_cuda_engine(bytes(bad)) is None


def test_a_file_that_is_no_plan_says_so(tmp_path, logger):
    path = tmp_path / "x.engine"
    path.write_bytes(b"not a plan" * 100)
    assert trt.Runtime(logger).load_engine_file(str(path)) is None
    assert "plan" in logger.text
    assert trt.Runtime(logger).load_engine_file(str(tmp_path / "missing")) is None
    assert "missing" in logger.text


def test_the_inspector_names_layers_and_tactics(plan):
    engine = load(plan)
    inspector = engine.create_engine_inspector()
    information = json.loads(inspector.get_engine_information(trt.LayerInformationFormat.JSON))
    assert len(information["Layers"]) == engine.num_layers
    assert "image" in str(information["Bindings"])
    line = inspector.get_layer_information(0, trt.LayerInformationFormat.ONELINE)
    assert line.strip()


def test_layers_come_with_rates(plan, capsys, tmp_path):
    path = tmp_path / "detailed.plan"
    model = str(Path(trt.__file__).parent / "data" / "digits.onnx")
    words = [f"--onnx={model}", f"--saveEngine={path}", "--profilingVerbosity=detailed"]
    assert trtexec.main([*words, "--skipInference"]) == 0
    capsys.readouterr()
    assert cli.main(["layers", str(path), "--json", "--runs=2"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["arena_bytes"] >= answer["arena_lower_bound_bytes"] > 0
    assert answer["peaks"]["fp32_gflops"] > 0 and answer["peaks"]["read_gbs"] > 0
    for layer in answer["layers"]:
        assert layer["ms"] > 0 and layer["bytes"] > 0
        assert layer["gflops"] == pytest.approx(layer["operations"] / layer["ms"] / 1e6)
    products = [layer for layer in answer["layers"] if layer["type"] == "FusedMatrixMultiply"]
    assert products and all(layer["operations"] > 0 for layer in products)


def test_layers_of_a_plan_without_details_are_refused(plan, capsys, tmp_path):
    path = tmp_path / "brief.plan"
    path.write_bytes(plan)
    assert cli.main(["layers", str(path)]) == 1
    assert "expected a plan built with ProfilingVerbosity.DETAILED" in capsys.readouterr().err


def test_the_demo_is_a_command_with_options(capsys):
    assert cli.main(["demo", "--level=0", "--runs=2"]) == 0
    assert "Accuracy" in capsys.readouterr().out


@pytest.mark.parametrize("kind", [bytearray, memoryview, lambda m: np.frombuffer(m, np.uint8)])
def test_after_loading_the_plans_buffer_is_the_callers(plan, kind):
    memory = bytearray(plan)
    buffer = memory if kind is bytearray else kind(memory)
    engine = load(buffer)
    memory[:] = bytes(len(memory))
    assert_right(engine)
    del buffer
    memory.clear()
    assert_right(engine)


def test_bytes_that_cannot_change_are_shared_with_the_engine(plan):
    memory = load(bytes(plan)).serialize()
    again = load(memory)
    del memory
    assert_right(again)


def assert_right(engine: trt.ICudaEngine) -> None:
    x = np.ones((2, 1, 8, 8), np.float32)
    expected = onnxruntime_outputs(digits_model(), {"image": x})["probabilities"]
    got = engine.create_execution_context().infer({"image": x})["probabilities"]
    np.testing.assert_allclose(got, expected, atol=1e-5)
