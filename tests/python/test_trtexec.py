"""trtexec as a user calls it."""

import json
import re

import numpy as np
import onnx
import pytest
from conftest import digits_model
from onnx import helper

import trtlike as trt
from trtlike import cli
from trtlike.trtexec import main, options, reporting


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "digits.onnx"
    path.write_bytes(digits_model())
    return path


SHAPES = ["--minShapes=image:1x1x8x8", "--optShapes=image:4x1x8x8", "--maxShapes=image:16x1x8x8"]
QUICK = ["--warmUp=1", "--duration=0", "--iterations=12"]


def test_builds_saves_loads_and_reports(model, tmp_path, capsys):
    engine, cache, times = tmp_path / "e", tmp_path / "c", tmp_path / "t.json"
    profile, layers = tmp_path / "p.json", tmp_path / "l.json"
    words = [
        f"--onnx={model}",
        f"--saveEngine={engine}",
        f"--timingCacheFile={cache}",
        *SHAPES,
        *QUICK,
    ]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "&&&& PASSED TensorRT.trtexec" in out
    assert re.search(r"Throughput: [\d.]+ qps", out)
    assert re.search(
        r"Latency: min = .* ms, max = .* ms, mean = .* ms, median = .* ms, percentile\(90%\)", out
    )
    exports = [
        f"--exportTimes={times}",
        f"--exportProfile={profile}",
        f"--exportLayerInfo={layers}",
    ]
    load = [f"--loadEngine={engine}", "--shapes=image:8x1x8x8", "--dumpProfile", *exports, *QUICK]
    assert main(load) == 0
    out = capsys.readouterr().out
    assert "dimensions 8x1x8x8" in out
    assert "=== Profile" in out
    records = json.loads(times.read_text())
    assert len(records) == 12
    assert all(r["endComputeMs"] >= r["startComputeMs"] for r in records)
    assert json.loads(profile.read_text())[0] == {"count": 20}
    assert json.loads(layers.read_text())["Layers"]
    assert cache.read_bytes().startswith(b"trtlike timing cache")


def test_int8_takes_a_calibration_cache(model, tmp_path, capsys):
    cache, layers = tmp_path / "digits.cache", tmp_path / "l.json"
    batches = [np.random.default_rng(1).random((4, 1, 8, 8), np.float32)]
    trt.calibrate(str(model), batches, method="minmax").save(cache)
    words = [f"--onnx={model}", *SHAPES, *QUICK, "--int8", "--profilingVerbosity=detailed"]
    assert main([*words, f"--calib={cache}", f"--exportLayerInfo={layers}"]) == 0
    assert "random data" not in capsys.readouterr().out
    assert "Quantized" in layers.read_text()
    assert main(words) == 0
    assert "scales are those of random data" in capsys.readouterr().out
    assert main([*words, f"--calib={tmp_path / 'none'}"]) == 1
    assert "No such file" in capsys.readouterr().out


def test_streams_run_contexts_at_once(model, capsys):
    assert main([f"--onnx={model}", "--streams=2", *SHAPES, *QUICK]) == 0
    assert "Timing trace has 24 queries" in capsys.readouterr().out


def test_inputs_come_from_files(model, tmp_path):
    data = np.random.default_rng(0).random((4, 1, 8, 8), np.float32)
    data.tofile(tmp_path / "x.bin")
    out = tmp_path / "out.json"
    words = [f"--onnx={model}", *SHAPES, *QUICK, f"--loadInputs=image:{tmp_path / 'x.bin'}"]
    assert main([*words, f"--exportOutput={out}"]) == 0
    (record,) = json.loads(out.read_text())
    assert record["dimensions"] == "4x10"
    np.testing.assert_allclose(np.array(record["values"]).reshape(4, 10).sum(1), 1, rtol=1e-4)
    (tmp_path / "x.bin").write_bytes(b"123")
    assert main(words) == 1


def test_outputs_whose_extents_follow_from_data_come_out_as_they_are(tmp_path, capsys):
    x, result = np.float32([0, 2, 0, 3, 4]), tmp_path / "out.json"
    x.tofile(tmp_path / "x.bin")
    graph = helper.make_graph(
        [helper.make_node("NonZero", ["x"], ["y"]), helper.make_node("Neg", ["x"], ["z"])],
        "found",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [5])],
        [
            helper.make_tensor_value_info("y", onnx.TensorProto.INT64, [1, None]),
            helper.make_tensor_value_info("z", onnx.TensorProto.FLOAT, [5]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    (tmp_path / "found.onnx").write_bytes(model.SerializeToString())
    words = [
        f"--onnx={tmp_path}/found.onnx",
        f"--loadInputs=x:{tmp_path}/x.bin",
        f"--exportOutput={result}",
        f"--saveEngine={tmp_path}/e",
        "--profilingVerbosity=detailed",
        *QUICK,
    ]
    assert main(words) == 0
    assert "Output binding for y with dimensions 1x-1" in capsys.readouterr().out
    found, negated = json.loads(result.read_text())
    assert (found["dimensions"], found["values"]) == ("1x3", [1, 3, 4])
    assert negated["values"] == (-x).tolist()
    assert cli.main(["layers", str(tmp_path / "e"), "--runs=2"]) == 0
    assert "NonZero" in capsys.readouterr().out


def test_failures_end_with_failed_and_code_one(tmp_path, capsys):
    assert main([f"--onnx={tmp_path / 'none.onnx'}"]) == 1
    assert "&&&& FAILED" in capsys.readouterr().out
    assert main(["--onnx=x", "--frobnicate"]) == 1
    assert "Unknown option: --frobnicate" in capsys.readouterr().out
    assert main([]) == 1


def test_shapes_and_pools_are_spelled_as_in_tensorrt():
    assert options.shapes("a:1x3x8x8,'b:0':,c:5") == {"a": (1, 3, 8, 8), "b:0": (), "c": (5,)}
    assert options.pools("workspace:1.5") == {"WORKSPACE": 3 << 19}
    assert options.pools("workspace:64K") == {"WORKSPACE": 64 << 10}


def test_profiles_collect_the_shapes_that_follow():
    chosen = options.parse(
        [
            "--onnx=m",
            "--profile=0",
            "--minShapes=x:1",
            "--profile=1",
            "--minShapes=x:2",
            "--maxShapes=x:4",
        ]
    )
    assert [p.min for p in chosen.profiles] == [{"x": (1,)}, {"x": (2,)}]
    assert chosen.profiles[1].max == {"x": (4,)}


def test_percentiles_pick_as_tensorrt_does():
    times = [float(i) for i in range(1, 101)]
    assert reporting.percentile(times, 90) == 90
    assert reporting.percentile(times, 99) == 99
    assert reporting.percentile([5.0], 99) == 5
