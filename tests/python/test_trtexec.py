"""trtexec as a user calls it."""

import argparse
import json
import re

import numpy as np
import onnx
import pytest
from conftest import digits_model
from onnx import helper

import trtlike as trt
from trtlike import cli
from trtlike.trtexec import main, options, reporting, table, values


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
    assert values.shapes("a:1x3x8x8,'b:0':,c:5") == {"a": (1, 3, 8, 8), "b:0": (), "c": (5,)}
    assert values.pools("workspace:1.5") == {"WORKSPACE": 3 << 19}
    assert values.pools("workspace:64K") == {"WORKSPACE": 64 << 10}


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


# The options of 10.13, and those of 8.6 that mean something to a network with an explicit batch.
PUBLISHED = """
onnx minShapes optShapes maxShapes profile inputIOFormats outputIOFormats memPoolSize
profilingVerbosity avgTiming refit stripWeights stripAllWeights weightless versionCompatible vc
excludeLeanRuntime leanDLLPath useRuntime pluginInstanceNorm pi enablePluginOverride
uint8AsymmetricQuantizationDLA reportCapabilityDLA adjustForDLA monitorMemory sparsity noTF32
stronglyTyped directIO layerDeviceTypes decomposableAttentions safe consistency dumpKernelText
cpuOnly remoteAutoTuningConfig buildDLAStandalone allowGPUFallback saveEngine loadEngine
asyncFileReader getPlanVersionOnly tacticSources noBuilderCache noCompilationCache timingCacheFile
errorOnTimingCacheMiss preview builderOptimizationLevel maxTactics tilingOptimizationLevel
l2LimitForTiling hardwareCompatibilityLevel runtimePlatform tempdir tempfileControls maxAuxStreams
allowWeightStreaming markDebug markUnfusedTensorsAsDebugTensors refitFromOnnx device useDLACore
staticPlugins plugins dynamicPlugins setPluginsToSerialize safetyPlugins ignoreParsedPluginLibs
shapes loadInputs iterations warmUp duration sleepTime idleTime infStreams streams threads
exposeDMA noDataTransfers useManagedMemory useSpinWait useCudaGraph timeDeserialize timeRefit
separateProfileRun skipInference persistentCacheRatio useProfile allocationStrategy
saveDebugTensors saveAllDebugTensors weightStreamingBudget verbose avgRuns percentile dumpRefit
dumpOutput dumpRawBindingsToFile dumpProfile dumpLayerInfo dumpOptimizationProfile exportTimes
exportOutput exportProfile exportLayerInfo fp16 bf16 int8 fp8 int4 best calib calibProfile
minShapesCalib optShapesCalib maxShapesCalib precisionConstraints layerPrecisions layerOutputTypes
restricted distributiveIndependence help workspace buildOnly minTiming heuristic explicitBatch
explicitPrecision nvtxMode
"""


def test_every_published_option_is_known():
    known = {word for action in options.parser()._actions for word in action.option_strings}
    assert {f"--{name}" for name in re.findall(r"\w+", PUBLISHED)} <= known


def test_rows_of_the_table_say_what_they_are_for():
    flags = trt.BuilderFlag.__members__
    for row in table.TABLE:
        assert row.help or row.idle or row.refused, row.names
        assert all(flag in flags for flag in row.flags.split()), row.names


def example(row) -> str:
    """The option with a value that it takes."""
    if row.metavar is None:
        return row.words[0]
    return f"{row.words[0]}={row.choices[-1] if row.choices else 1}"


@pytest.mark.parametrize("row", [r for r in table.TABLE if r.refused], ids=lambda r: r.names)
def test_options_that_change_what_is_asked_for_are_refused(row, capsys):
    assert main(["--onnx=m", example(row)]) == 1
    assert f"{row.words[0]} is not taken: {row.refused}." in capsys.readouterr().out


def test_options_without_effect_warn_once_each(model, capsys):
    idle = [row for row in table.TABLE if row.idle]
    words = [example(row) for row in idle]
    assert main([f"--onnx={model}", "--skipInference", *SHAPES, *words]) == 0
    out = capsys.readouterr().out
    for row in idle:
        assert out.count(f"{row.words[0]} has no effect on a CPU: {row.idle}.") == 1


def test_unknown_options_name_near_ones(capsys):
    assert main(["--onnx=m", "--saveEngin=e"]) == 1
    out = capsys.readouterr().out
    assert "Unknown option: --saveEngin=e Did you mean --saveEngine" in out
    assert "=== Inference Options ===" in out


def configured(*words):
    """A config and a network of the digits model as the options leave them."""
    from trtlike.trtexec import settings

    chosen = options.parse(["--onnx=m", *words])
    log = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(log)
    network = builder.create_network(0)
    assert trt.OnnxParser(network, log).parse(digits_model())
    settings.set_network(network, chosen)
    config = builder.create_builder_config()
    settings.set_config(config, chosen)
    return config, network


def test_options_reach_the_config():
    flags = trt.BuilderFlag
    for row in table.TABLE:
        for flag in row.flags.split():
            assert configured(example(row))[0].get_flag(flags.__members__[flag]), row.names
    config, _ = configured(
        "--noTF32",
        "--precisionConstraints=obey",
        "--sparsity=enable",
        "--safe",
        "--memPoolSize=workspace:2,dlaSRAM:1",
        "--preview=+profileSharing0806",
        "--hardwareCompatibilityLevel=ampere+",
        "--tilingOptimizationLevel=2",
        "--l2LimitForTiling=4096",
        "--maxAuxStreams=3",
        "--nvtxMode=verbose",
        "--tacticSources=-ONEDNN",
    )
    assert not config.get_flag(flags.TF32)
    assert config.get_flag(flags.OBEY_PRECISION_CONSTRAINTS)
    assert config.get_flag(flags.SPARSE_WEIGHTS)
    assert config.engine_capability == trt.EngineCapability.SAFETY
    assert config.get_memory_pool_limit(trt.MemoryPoolType.WORKSPACE) == 2 << 20
    assert config.get_memory_pool_limit(trt.MemoryPoolType.DLA_MANAGED_SRAM) == 1 << 20
    assert config.get_preview_feature(trt.PreviewFeature.PROFILE_SHARING_0806)
    level = trt.HardwareCompatibilityLevel.AMPERE_PLUS
    assert config.hardware_compatibility_level == level
    assert config.tiling_optimization_level == trt.TilingOptimizationLevel.MODERATE
    assert (config.l2_limit_for_tiling, config.max_aux_streams) == (4096, 3)
    assert config.profiling_verbosity == trt.ProfilingVerbosity.DETAILED
    assert not config.get_tactic_sources() & 1 << int(trt.TacticSource.ONEDNN)


def test_options_reach_the_network():
    _, plain = configured()
    first = plain.get_layer(0).name
    _, network = configured(
        "--inputIOFormats=fp32:chw+hwc",
        f"--layerPrecisions='{first}':fp16",
        f"--layerOutputTypes='{first[:2]}*':fp16",
    )
    formats = 1 << int(trt.TensorFormat.LINEAR) | 1 << int(trt.TensorFormat.HWC)
    assert network.get_input(0).allowed_formats == formats
    assert network.get_layer(0).precision == trt.float16
    assert network.get_layer(0).get_output_type(0) == trt.float16
    with pytest.raises(ValueError, match="--layerPrecisions: expected names of layers, got 'none'"):
        configured("--layerPrecisions=none:fp16")
    with pytest.raises(ValueError, match="expected 1 or 1 type:format, one a tensor, got 2"):
        configured("--inputIOFormats=fp32:chw,fp32:chw")


@pytest.mark.parametrize(
    ("read", "text", "sentence"),
    [
        (values.shapes, "x:1y2", "expected name:1x2x3"),
        (values.shapes, "a*b*:1", "at most one"),
        (values.pools, "disk:1", "expected one of workspace"),
        (values.files, "x", "expected name:file"),
        (values.percentiles, "101", "from 0 to 100"),
        (values.percentiles, "many", "from 0 to 100"),
        (values.io_formats, "fp32:chw32", "expected formats of a CPU: chw, hwc, got 'chw32'"),
        (values.layer_types, "a:fp17", "expected a type: fp32"),
        (values.previews, "profileSharing0806", "expected \\+ or -"),
    ],
)
def test_bad_values_are_refused(read, text, sentence):
    with pytest.raises(argparse.ArgumentTypeError, match=sentence):
        read(text)


def test_names_may_have_one_wildcard():
    named = {"a*": 1, "a.weight": 2, "*:0": 3, "b[1]*": 4}
    found = [values.find(named, n) for n in ("a.weight", "ab", "x:0", "b[1]2", "b1", "c")]
    assert found == [2, 1, 3, 4, None, None]


def test_report_has_tensorrts_form(model, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wildcard = ["--minShapes=im*:1x1x8x8", "--optShapes=im*:4x1x8x8", "--maxShapes=im*:16x1x8x8"]
    words = ["--dumpOptimizationProfile", "--dumpRawBindingsToFile", "--verbose", *QUICK]
    assert main([f"--onnx={model}", "--saveEngine=e", *wildcard, *words]) == 0
    out = capsys.readouterr().out
    sections = re.findall(r"=== (.*) ===", out)
    assert sections == [
        *table.SECTIONS,
        "Device Information",
        "Trace details",
        "Performance summary",
        "Explanations of the performance metrics",
    ]
    zeros = "min = 0 ms, max = 0 ms, mean = 0 ms, median = 0 ms, percentile(90%) = 0 ms"
    for name in ("Enqueue Time", "H2D Latency", "D2H Latency"):
        assert f"{name}: {zeros}" in out
    assert re.search(r"GPU latency: \S+ ms - Host latency: \S+ ms \(enqueue 0 ms\)", out)
    assert "Model input image (profile 0): min=1x1x8x8, opt=4x1x8x8, max=16x1x8x8" in out
    raw = np.fromfile(tmp_path / "probabilities.output.4.10.float32.raw", np.float32)
    np.testing.assert_allclose(raw.reshape(4, 10).sum(1), 1, rtol=1e-4)
    assert (tmp_path / "image.input.4.1.8.8.float32.raw").stat().st_size == 4 * 64 * 4
    assert main(["--loadEngine=e", "--timeDeserialize"]) == 0
    assert "Second deserialization time = " in capsys.readouterr().out
    assert main(["--loadEngine=e", "--getPlanVersionOnly"]) == 0
    assert re.search(r"Plan has the format version \d+,", capsys.readouterr().out)
    assert main([f"--loadEngine={model}", "--getPlanVersionOnly"]) == 1
    assert "expected a plan, got" in capsys.readouterr().out


def test_calibration_has_shapes_of_its_own(model, capsys):
    words = [f"--onnx={model}", "--best", "--skipInference", *SHAPES]
    assert main([*words, "--optShapesCalib=image:8x1x8x8"]) == 0
    assert "Precision: FP32+FP16+BF16+INT8" in capsys.readouterr().out
    assert main([*words, "--calibProfile=0"]) == 0
    assert main([*words, "--calibProfile=1"]) == 1
    assert "--calibProfile: expected one of 1 profiles, got 1." in capsys.readouterr().out
