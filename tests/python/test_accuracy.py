"""The accuracy tool: the layer that INT8 spoils is found, a budget is met, and what was chosen
builds again from its file."""

import json

import numpy as np
import pytest
from conftest import asset, layers_of, load, onnxruntime_outputs
from onnx import TensorProto, helper, numpy_helper
from resnet20 import export_resnet20

import trtlike as trt
from trtlike import accuracy, cli

pytest.importorskip("matplotlib")
SAMPLES = 12


def make_model() -> bytes:
    """Three convolutions and a product; one channel that conv1 reads is 1,000 times the others."""
    random = np.random.default_rng(5)

    def weight(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * np.prod(shape[1:]) ** -0.5).astype(np.float32)

    weights = [weight(8, 3, 3, 3), weight(8, 8, 3, 3), weight(8, 8, 3, 3), weight(8 * 36, 6)]
    weights[0][0] *= 1000
    weights[1][:, 0] /= 1000
    nodes, x = [], "x"
    for i in range(3):
        nodes.append(helper.make_node("Conv", [x, f"w{i}"], [f"c{i}"], f"conv{i}", pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"r{i}"], f"relu{i}"))
        x = f"r{i}"
    nodes.append(helper.make_node("Flatten", [x], ["f"], "flatten"))
    nodes.append(helper.make_node("MatMul", ["f", "w3"], ["y"], "fc"))
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 6])],
        [numpy_helper.from_array(array, f"w{i}") for i, array in enumerate(weights)],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()


def make_data() -> list[np.ndarray]:
    random = np.random.default_rng(6)
    return [random.standard_normal((4, 3, 6, 6)).astype(np.float32) for _ in range(SAMPLES // 4)]


@pytest.fixture(scope="module")
def found() -> accuracy.Comparison:
    cache = trt.calibrate(make_model(), make_data(), method="minmax")
    return accuracy.compare(make_model(), cache, make_data(), budget="2%", level=0, runs=2)


def test_the_layer_that_int8_spoils_is_ranked_first(found):
    assert found.ranking[0].name == "conv1"
    wins = [layer.error_win for layer in found.ranking]
    assert wins[0] > 3 * max(wins[1:])
    assert {layer.name for layer in found.ranking} == {"conv0", "conv1", "conv2", "fc"}


def test_noise_and_ranges_are_those_of_the_tensors(found):
    by_name = {layer.name: layer for layer in found.layers}
    noise = {name: by_name[name].sqnr_db for name in ("conv0", "conv1", "conv2")}
    assert noise["conv1"] < noise["conv0"] - 10
    for layer in found.layers:
        assert layer.saturation == 0
        assert layer.largest <= layer.range * (1 + 1e-5)


def test_the_budget_is_met_by_the_fastest_that_was_tried(found):
    assert found.int8.error > 0.02
    assert found.chosen is not None
    assert found.chosen.error <= 0.02
    assert "conv1" in found.chosen.fp32
    within = [one for one in found.tries if one.error <= 0.02]
    assert any(len(one.fp32) < 4 for one in within)
    assert found.chosen in within
    errors = [one.error for one in found.front]
    assert errors == sorted(errors, reverse=True)


def test_what_was_chosen_is_built_from_its_file(found, tmp_path):
    path = tmp_path / "precisions.json"
    accuracy.write_precisions(path, ["conv1"], found.cache)
    assert json.loads(path.read_text())["layers"] == {"conv1": "fp32"}
    builder = trt.Builder(trt.Logger(trt.Logger.ERROR))
    network, config = builder.create_network(), builder.create_builder_config()
    assert trt.OnnxParser(network, builder.logger).parse(make_model())
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    profile = builder.create_optimization_profile()
    profile.set_shape("x", (1, 3, 6, 6), (4, 3, 6, 6), (4, 3, 6, 6))
    config.add_optimization_profile(profile)
    accuracy.apply(network, config, path)
    layers = layers_of(load(builder.build_serialized_network(network, config)))
    quantized = [layer["Name"] for layer in layers if layer["LayerType"].startswith("Quantized")]
    assert len(quantized) == 3
    assert not any("conv1" in name for name in quantized)


def test_a_score_is_measured_where_there_are_labels():
    cache = trt.calibrate(make_model(), make_data(), method="minmax")
    outputs = [onnxruntime_outputs(make_model(), {"x": x})["y"] for x in make_data()]
    labels = np.concatenate(outputs).argmax(1)
    found = accuracy.compare(
        make_model(), cache, make_data(), labels, budget=0, level=0, runs=1, most=4
    )
    assert found.fp32.score == 1
    assert found.chosen.loss == 0
    assert found.tried == 4


def test_the_method_is_chosen_by_the_least_error_on_data_held_out():
    method, cache, errors = accuracy.choose_method(make_model(), make_data() * 2)
    assert set(errors) == {"entropy", "minmax", "percentile", "mse"}
    assert errors[method] == min(errors.values())
    assert cache.scales


def test_resnet20_keeps_its_accuracy_within_the_budget():
    model = export_resnet20(asset("models", "resnet20-cifar10.th"))
    data = np.load(asset("data", "cifar10", "test3000.npz"))
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    pictures = ((data["x"][:400] / 255 - mean) / deviation).astype(np.float32)
    pictures = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    parts = [pictures[i : i + 50] for i in range(0, 400, 50)]
    cache = trt.calibrate(model, parts[:2], method="entropy")
    found = accuracy.compare(
        model, cache, parts[2:], data["y"].reshape(-1)[100:400], budget="0.5%", level=0, runs=1,
        most=3,
    )  # fmt: skip
    assert found.fp32.score > 0.75
    assert found.chosen.loss <= 0.005 + 1e-9


class TestCommand:
    @pytest.fixture
    def files(self, tmp_path):
        (tmp_path / "net.onnx").write_bytes(make_model())
        np.savez(tmp_path / "data.npz", x=np.concatenate(make_data()))
        cache = trt.calibrate(make_model(), make_data(), method="minmax")
        cache.save(tmp_path / "net.cache")
        np.save(tmp_path / "labels.npy", np.zeros(SAMPLES, np.int64))
        return tmp_path

    def run(self, files, *words):
        return cli.main(
            ["accuracy", f"--onnx={files / 'net.onnx'}", f"--data={files / 'data.npz'}", *words]
        )

    def test_shows_layers_and_writes_what_it_found(self, files, capsys):
        words = [f"--calib={files / 'net.cache'}", "--budget=1%", f"--output={files / 'p.json'}"]
        assert self.run(files, *words, f"--picture={files / 'p.png'}", "--batch=4") == 0
        out = capsys.readouterr().out
        for text in ("noise dB", "saturated", "conv1", "Within 1.000%"):
            assert text in out
        assert "conv1" in json.loads((files / "p.json").read_text())["layers"]
        assert (files / "p.png").read_bytes().startswith(b"\x89PNG")

    def test_calibrates_by_the_best_method(self, files, capsys):
        assert self.run(files, "--method=auto", "--batch=2", "--top=1") == 0
        assert "errors on calibration data held out" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["--calib=none"], "cache: expected a file, got no file 'none'"),
            (["--onnx=none", "--method=mse"], "got no file 'none'"),
            (["--data=none", "--method=mse"], "got no file 'none'"),
            (["--method=mse", "--budget=some"], "budget: expected a part such as 0.5%"),
            (["--method=mse", "--output=x.json"], "expected --budget beside it"),
            (["--method=mse", "--labels={}/net.onnx"], "labels: expected an .npy file"),
        ],
    )
    def test_mistakes_end_with_a_sentence_and_code_one(self, files, words, sentence, capsys):
        assert self.run(files, *(word.format(files) for word in words)) == 1
        assert sentence in capsys.readouterr().err

    def test_labels_of_another_length_and_caches_of_other_networks_are_told(self, files, capsys):
        np.save(files / "labels.npy", np.zeros(5))
        calib = f"--calib={files / 'net.cache'}"
        assert self.run(files, calib, f"--labels={files / 'labels.npy'}") == 1
        assert f"expected one for each of {SAMPLES} samples, got 5" in capsys.readouterr().err
        other = trt.CalibrationCache("TRT-8601-MinMaxCalibration", {"input_7": 1.0})
        other.save(files / "net.cache")
        assert self.run(files, calib) == 1
        assert "It belongs to another network" in capsys.readouterr().err
