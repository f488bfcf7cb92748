"""The comparison's arithmetic and report, from stored numbers; no peers are needed."""

import copy
import json
import math

import numpy as np
import pytest
from benchmarks import prepare, report, results
from benchmarks.names import MODEL_NAMES, parse_engines
from benchmarks.rounds import Item, largest_error


def row(least: float, **more) -> dict:
    return {"min_ms": least, "median_ms": least * 1.1, "load_s": 0.25, **more}


@pytest.fixture
def stored() -> dict:
    ours = {
        "build_s": 4.0,
        "build_peak_mib": 300.0,
        "run_peak_mib": 120.0,
        "arena_bytes": 2100,
        "arena_lower_bound_bytes": 2000,
        "error": 2e-7,
    }
    peak = {"threads": 2, "fp32_gflops": 200.0, "bf16_gflops": 400.0, "read_gbs": 40.0}
    small = {
        "onnxruntime": row(4.0),
        "openvino": row(3.0, error=1e-7),
        "openvino_default": row(1.0, error=3e-3),
        "ncnn": {"refused": "pnnx gave no ncnn form of the model"},
        "trtlike": row(2.0, **ours),
        "trtlike_bf16": row(0.8, **ours | {"error": 2e-3}),
    }
    large = {
        "onnxruntime": row(40.0),
        "openvino": row(10.0, error=0.7),
        "openvino_default": row(16.0, error=4e-3),
        "trtlike": row(25.0, **ours),
        "trtlike_bf16": row(20.0, **ours),
    }
    return {
        "machine": {
            "cpu": "A CPU (family 1, model 2)",
            "cpus": 2,
            "memory_gib": 23.5,
            "date": "2026-01-02",
            "command": "make bench THREADS=2",
            "versions": {"trtlike": "0.1.0", "onnxruntime": "1.31.1"},
            "peaks": [peak],
        },
        "settings": {"rounds": 8, "budget_s": 0.3, "busy": False},
        "runs": [
            {"model": "small", "threads": 2, "engines": small},
            {"model": "large", "threads": 2, "engines": large},
        ],
    }


def test_the_ratio_is_the_best_peers_time_over_ours(stored):
    small = results.parse(stored).runs[0]
    assert small.ratio("trtlike") == 1.5  # OpenVINO's 3 ms over 2 ms
    assert small.ratio("trtlike_bf16") == 1.25  # OpenVINO's default alone computes in BF16
    assert small.ratio("trtlike", "median_ms") == pytest.approx(1.5)


def test_a_wrong_answer_beats_nobody(stored):
    large = results.parse(stored).runs[1]
    assert large.best_peer("fp32")[0].name == "onnxruntime"
    assert large.ratio("trtlike") == 1.6


def test_halves_are_compared_with_peers_in_fp32(stored):
    stored["runs"][0]["engines"]["trtlike_fp16"] = row(1.5)
    found = results.parse(stored)
    assert found.runs[0].ratio("trtlike_fp16") == 2.0
    assert found.runs[0].quotient("trtlike", "trtlike_fp16") == pytest.approx(2.0 / 1.5)
    assert found.runs[0].quotient("torch", "trtlike_fp16") is None
    text = report.markdown(found)
    assert "| small | 2.00 / 2.20 | 1.50 / 1.65 | **1.33** | - |" in text


def test_there_is_no_ratio_without_a_peer(stored):
    engines = stored["runs"][0]["engines"]
    for name in ("onnxruntime", "openvino"):
        engines[name] = {"refused": "it is not installed"}
    assert results.parse(stored).runs[0].ratio("trtlike") is None


def test_the_geometric_mean():
    assert results.geometric_mean([2.0, 0.5]) == pytest.approx(1)
    assert results.geometric_mean([1.5, 1.6]) == pytest.approx(math.sqrt(2.4))
    for values in ([], [1.0, 0.0], [1.0, math.nan], [math.inf]):
        with pytest.raises(results.Nonsense, match="geometric mean: expected positive numbers"):
            results.geometric_mean(values)


def test_beside_a_busy_core_medians_are_compared(stored):
    stored["settings"]["busy"] = True
    stored["runs"][0]["engines"]["openvino"]["median_ms"] = 30.0
    found = results.parse(stored)
    assert found.ratios("trtlike", 2)["small"] == pytest.approx(4.4 / 2.2)
    assert "kept busy" in report.markdown(found)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("min_ms", 0, "min_ms: expected a positive number, got 0"),
        ("min_ms", math.nan, "min_ms: expected a positive number, got nan"),
        ("load_s", -1.0, "load_s: expected a positive number"),
        ("median_ms", "2", "median_ms: expected a positive number, got '2'"),
        ("min_ms", True, "min_ms: expected a positive number, got True"),
        ("min_ms", 9.0, "expected a minimum of at most the median"),
        ("arena_bytes", 1999, "expected an arena of at least 2000 bytes"),
        ("run_peak_mib", math.inf, "run_peak_mib: expected a positive number"),
    ],
)
def test_nonsense_is_refused(stored, key, value, message):
    stored["runs"][0]["engines"]["trtlike"][key] = value
    with pytest.raises(results.Nonsense, match=message) as error:
        results.parse(stored)
    assert "model 'small', engine 'trtlike'" in str(error.value)


def test_missing_numbers_and_unknown_engines_are_refused(stored):
    missing = copy.deepcopy(stored)
    del missing["runs"][0]["engines"]["openvino"]["load_s"]
    with pytest.raises(results.Nonsense, match="expected a number 'load_s', got none"):
        results.parse(missing)
    stored["runs"][0]["engines"]["abacus"] = row(1.0)
    with pytest.raises(results.Nonsense, match="expected a known engine, got 'abacus'"):
        results.parse(stored)


def test_a_model_may_come_once_for_each_number_of_threads(stored):
    again = copy.deepcopy(stored["runs"][0]) | {"threads": 1}
    stored["runs"].append(again)
    assert results.parse(stored).threads == [2, 1]
    stored["runs"].append(again)
    with pytest.raises(results.Nonsense, match="model 'small' once for 1 threads"):
        results.parse(stored)


def test_what_is_written_can_be_read(stored, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results.parse(stored).to_json()))
    assert results.read(path) == results.parse(stored)


def test_the_report_has_every_number(stored):
    text = report.markdown(results.parse(stored), "pictures")
    assert "A CPU (family 1, model 2), 2 CPUs, 24 GiB; 2026-01-02; trtlike 0.1.0" in text
    assert "Command: `make bench THREADS=2`" in text
    assert (
        "| small | 4.00 / 4.40 | 3.00 / 3.30 | - | 2.00 / 2.20 | **1.50** | 2.0e-07 |"
        in text.splitlines()
    )
    assert "10.0 / 11.0 (wrong: error 0.7)" in text
    assert "| small | 1.00 / 1.10 | 0.800 / 0.880 | **1.25** | 2.0e-03 | 3.0e-03 |" in text
    mean = f"{math.sqrt(1.5 * 1.6):.2f}"
    assert f"trtlike FP32: geometric mean of the ratios **{mean}** over 2 models" in text
    assert "the least 1.50 (small)" in text
    assert "| 300 / 120 | 2 KiB | 2 KiB | 1.05 |" in text
    assert "- small, ncnn: pnnx gave no ncnn form of the model" in text
    assert "![Steps of the models against the machine's peaks](pictures/roofline.png)" in text


def test_a_report_of_nothing_is_refused(stored):
    stored["runs"] = []
    with pytest.raises(results.Nonsense, match="expected results of at least one model"):
        report.markdown(results.parse(stored))


def test_the_readme_keeps_what_is_around_the_section():
    before = f"# Title\n{report.BEGIN}\nold\n{report.END}\ntail\n"
    assert report.insert(before, "new\n") == f"# Title\n{report.BEGIN}\nnew\n{report.END}\ntail\n"
    for broken in ("# Title\n", report.END + report.BEGIN, report.BEGIN * 2 + report.END):
        with pytest.raises(ValueError, match="once each, in order"):
            report.insert(broken, "new")


def test_digits_of_milliseconds():
    assert [report.milliseconds(ms) for ms in (0.0049, 1.234, 12.34, 123.4)] == [
        "0.005",
        "1.23",
        "12.3",
        "123",
    ]


def test_the_error_is_relative_to_the_largest_magnitude():
    want = [np.array([[1.0, -4.0]], np.float32)]
    assert largest_error([np.array([1.0, -3.0], np.float32)], want) == 0.25
    assert math.isnan(largest_error([np.zeros(3, np.float32)], want))
    assert math.isnan(largest_error([], want))
    assert math.isnan(largest_error([np.array([np.nan, 1.0], np.float32)], want))


def test_models_are_names_or_files(tmp_path):
    file = tmp_path / "mine.onnx"
    file.touch()
    items = prepare.parse_items(["mlp", str(file)], tmp_path / "made")
    assert items == [Item("mlp", tmp_path / "made" / "mlp.onnx", "mlp"), Item("mine", file)]
    everything = prepare.parse_items(["all"], tmp_path)
    assert [item.name for item in everything] == list(MODEL_NAMES)
    with pytest.raises(ValueError, match="model 'nothing': expected an ONNX file, 'all', or one"):
        prepare.parse_items(["nothing"], tmp_path)
    with pytest.raises(ValueError, match="expected names that differ"):
        prepare.parse_items(["mlp", "all"], tmp_path)


def test_engines_are_known_by_name():
    assert [engine.name for engine in parse_engines("trtlike,ncnn,trtlike")] == ["trtlike", "ncnn"]
    with pytest.raises(ValueError, match="engine 'abacus': expected one of onnxruntime, openvino"):
        parse_engines("abacus")
    with pytest.raises(ValueError, match="expected at least one"):
        parse_engines("")
