"""Polygraphy's commands through `trtlike run polygraphy ...`, and as its plugin."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import tomllib
from onnx import TensorProto, helper, numpy_helper

import trtlike as trt

pytest.importorskip("polygraphy", reason="polygraphy is not installed")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a model of a convolution, m.onnx, whose batch is open."""
    path = tmp_path_factory.mktemp("polygraphy")
    weights = np.random.default_rng(0).standard_normal((8, 3, 3, 3)).astype(np.float32) / 5
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["c"], name="conv", pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"], name="relu"),
            helper.make_node("GlobalAveragePool", ["r"], ["y"], name="mean"),
        ],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 16, 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 8, 1, 1])],
        [numpy_helper.from_array(weights, "w")],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path / "m.onnx")
    return path


def start(command, folder, **environment):
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


def polygraphy(words: str, folder) -> str:
    """What the command prints; it must end with success."""
    command = [sys.executable, "-m", "trtlike.run", "polygraphy", *words.split()]
    done = start(command, folder)
    assert done.returncode == 0, done.stdout
    return done.stdout


PROFILE = (
    "--trt-min-shapes x:[1,3,16,16] --trt-opt-shapes x:[2,3,16,16] --trt-max-shapes x:[4,3,16,16]"
)


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--fp16 --atol 1e-2 --rtol 1e-2",
        f"{PROFILE} --input-shapes x:[3,3,16,16]",
        "--trt-outputs mark all --onnx-outputs mark all --validate",
        "--int8 --calibration-cache c.cache --atol 0.1 --rtol 0.1",
    ],
    ids=["fp32", "fp16", "profile", "all outputs", "int8"],
)
def test_run_compares_with_onnxruntime(options, folder):
    out = polygraphy(f"run m.onnx --trt --onnxrt {options}", folder)
    assert "PASSED | simple | All outputs matched" in out
    if "mark all" in options:
        assert "Outputs: ['c', 'r', 'y']" in out
    if "--int8" in options:
        cache = (folder / "c.cache").read_text()
        assert cache.startswith("TRT-") and "\nx: " in cache


def test_run_fails_where_numbers_differ(folder):
    command = [sys.executable, "-m", "trtlike.run", "polygraphy", "run", "m.onnx", "--trt"]
    assert start([*command, "--save-outputs", "other.json"], folder).returncode == 0
    model = onnx.load(folder / "m.onnx")
    model.graph.initializer[0].raw_data = np.ones((8, 3, 3, 3), np.float32).tobytes()
    onnx.save(model, folder / "other.onnx")
    command = [*command[:5], "other.onnx", "--trt", "--load-outputs", "other.json"]
    done = start(command, folder)
    assert done.returncode == 1 and "FAILED | Output: 'y'" in done.stdout


def test_engines_inputs_and_outputs_are_saved_and_loaded(folder):
    polygraphy(f"convert m.onnx -o m.engine {PROFILE}", folder)
    polygraphy("run m.engine --trt --save-inputs in.json --save-outputs out.json", folder)
    out = polygraphy("run m.onnx --onnxrt --load-inputs in.json --load-outputs out.json", folder)
    assert "PASSED | simple | All outputs matched" in out
    assert "x [dtype=float32" in polygraphy("inspect data in.json --show-values", folder)


def test_tactics_are_saved_and_replayed(folder):
    polygraphy("run m.onnx --trt --save-tactics t.json", folder)
    assert "conv + relu" in polygraphy("inspect tactics t.json", folder)
    polygraphy("run m.onnx --trt --load-tactics t.json", folder)
    text = (folder / "t.json").read_text()
    (folder / "t.json").write_text(re.sub(r'"tactic": -?\d+', '"tactic": 5', text))
    command = [sys.executable, "-m", "trtlike.run", "polygraphy", "run", "m.onnx", "--trt"]
    done = start([*command, "--load-tactics", "t.json"], folder)
    assert done.returncode == 1
    assert "IAlgorithmSelector.select_algorithms: raised" in done.stdout


def test_inspect_shows_models_as_the_parser_makes_them(folder):
    out = polygraphy("inspect model m.onnx --display-as trt --show layers attrs weights", folder)
    assert "conv [Op: LayerType.CONVOLUTION]" in out
    assert "num_output_maps = 8" in out
    assert "fully supported" in polygraphy("inspect capability m.onnx", folder)


def test_inspect_capability_cuts_out_what_is_not_taken(folder):
    pytest.importorskip("onnx_graphsurgeon")
    model = onnx.load(folder / "m.onnx")
    model.graph.node[1].op_type, model.graph.node[1].domain = "Unheard", "of.nobody"
    model.opset_import.append(helper.make_opsetid("of.nobody", 1))
    model.graph.value_info.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 8, 16, 16]) for name in "cr"
    )
    onnx.save(model, folder / "unheard.onnx")
    out = polygraphy("inspect capability unheard.onnx --with-partitioning -o parts", folder)
    assert re.search(r"Unheard\s+\|\s+1 \|", out)
    parts = sorted(path.name for path in (folder / "parts").glob("*.onnx"))
    assert len(parts) == 3 and sum("unsupported" in name for name in parts) == 1
    known = next(name for name in parts if name.startswith("supported"))
    assert "PASSED" in polygraphy(f"run parts/{known} --trt", folder)


@pytest.mark.parametrize(
    ("words", "iterations"),
    [
        ("build m.onnx --until 2 --check true", 2),
        ("precision m.onnx --fp16 --check true", 1),
    ],
)
def test_debug_builds_again_and_again(words, iterations, folder):
    out = polygraphy(f"debug {words}", folder)
    assert f"PASSED | Iteration {iterations} |" in out


def test_debug_reduce_finds_the_node_that_fails(folder):
    pytest.importorskip("onnx_graphsurgeon")
    (folder / "check.py").write_text(
        "import onnx, sys\n"
        "nodes = onnx.load('polygraphy_debug.onnx').graph.node\n"
        "sys.exit(any(n.op_type == 'Relu' for n in nodes))\n"
    )
    polygraphy(
        f"debug reduce m.onnx -o reduced.onnx --mode linear --check {sys.executable} check.py",
        folder,
    )
    assert [n.op_type for n in onnx.load(folder / "reduced.onnx").graph.node] == ["Relu"]


def test_check_and_surgeon_work_beside_trtlike(folder):
    pytest.importorskip("onnx_graphsurgeon")
    assert "PASSED" in polygraphy("check lint m.onnx", folder)
    polygraphy("surgeon extract m.onnx -o tail.onnx --inputs c:[1,8,16,16]:float32", folder)
    assert "PASSED | simple" in polygraphy("run tail.onnx --trt --onnxrt", folder)


def plugin_environment(folder) -> dict[str, str]:
    """As trtlike's installed package, whose entry points pyproject.toml states."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    info = folder / "site" / f"trtlike-{project['version']}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: trtlike\nVersion: {project['version']}\n"
    )
    group = "polygraphy.run.plugins"
    lines = [f"{name} = {target}" for name, target in project["entry-points"][group].items()]
    (info / "entry_points.txt").write_text(f"[{group}]\n" + "\n".join(lines) + "\n")
    package = str(Path(trt.__file__).parents[1])
    return {"PYTHONPATH": os.pathsep.join([str(folder / "site"), package])}


def run_plugin(words: str, folder):
    call = "import sys; from polygraphy.tools._main import main; sys.exit(main())"
    command = [sys.executable, "-c", call, "run", *words.split()]
    return start(command, folder, **plugin_environment(folder))


def test_plugin_adds_trtlike_to_run(folder):
    done = run_plugin("m.onnx --onnxrt --trtlike --input-shapes x:[2,3,16,16]", folder)
    assert done.returncode == 0, done.stdout
    assert "trtlike-runner" in done.stdout and "All outputs matched" in done.stdout


def test_plugin_says_what_is_wrong(folder):
    done = run_plugin("m.onnx --trtlike --trtlike-flags bf7", folder)
    assert done.returncode == 1
    assert "--trtlike-flags: expected some of FP16" in done.stdout
    (folder / "broken.onnx").write_bytes(b"no model")
    done = run_plugin("broken.onnx --trtlike --model-type onnx", folder)
    assert done.returncode == 1
    assert "[polygraphy] model: " in done.stdout
