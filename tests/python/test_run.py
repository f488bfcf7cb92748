"""`trtlike run`: sample flows give ONNX Runtime's numbers, and a script runs as under python."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import onnx
import pytest
from conftest import assert_close, onnxruntime_outputs
from onnx import TensorProto, helper, numpy_helper

import trtlike

SCRIPTS = Path(__file__).parent / "scripts"
MODEL = Path(trtlike.__file__).parent / "data" / "digits.onnx"
RUN = [sys.executable, "-m", "trtlike.run"]


def start(command: list[str], **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


def run_ok(*words: object, **options) -> str:
    done = start([*RUN, *map(str, words)], **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    data = np.load(MODEL.parent / "digits_test.npz")["images"]
    return np.ascontiguousarray(data[:6], np.float32)


FLOWS = [
    ("onnx_classify.py", "common_cudart"),
    ("onnx_classify.py", "common_pycuda"),
    ("progress_monitor.py",),
    ("output_allocator.py",),
    ("ctypes_cudart.py",),
    ("cupy_arrays.py",),
]


@pytest.mark.parametrize("flow", FLOWS, ids="-".join)
def test_sample_flow_gives_the_numbers_of_onnxruntime(flow, images, tmp_path):
    np.save(tmp_path / "in.npy", images)
    script, *words = flow
    run_ok(SCRIPTS / script, *words, MODEL, tmp_path / "in.npy", tmp_path / "out.npy")
    expected = onnxruntime_outputs(MODEL, {"image": images})["probabilities"]
    assert_close(np.load(tmp_path / "out.npy"), expected, 1e-5)


def network_weights() -> dict[str, np.ndarray]:
    random = np.random.default_rng(5)
    shapes = {
        "conv1.weight": (8, 1, 3, 3), "conv1.bias": (8,), "conv2.weight": (16, 8, 2, 2),
        "conv2.bias": (16,), "fc1.weight": (20, 64), "fc1.bias": (20,), "fc2.weight": (10, 20),
        "fc2.bias": (10,),
    }  # fmt: skip
    return {name: random.standard_normal(s).astype(np.float32) for name, s in shapes.items()}


def network_as_onnx(weights: dict[str, np.ndarray]) -> bytes:
    node = helper.make_node
    nodes = [
        node("Conv", ["image", "conv1.weight", "conv1.bias"], ["a"]),
        node("MaxPool", ["a"], ["b"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", ["b", "conv2.weight", "conv2.bias"], ["c"]),
        node("Flatten", ["c"], ["d"]),
        node("Gemm", ["d", "fc1.weight", "fc1.bias"], ["e"], transB=1),
        node("Relu", ["e"], ["f"]),
        node("Gemm", ["f", "fc2.weight", "fc2.bias"], ["prob"], transB=1),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "net", [value("image", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [value("prob", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def test_network_api_flow_gives_the_numbers_of_onnxruntime(images, tmp_path):
    weights = network_weights()
    np.savez(tmp_path / "weights.npz", **weights)
    np.save(tmp_path / "in.npy", images)
    files = [tmp_path / name for name in ("weights.npz", "in.npy", "out.npy")]
    run_ok(SCRIPTS / "network_api_digits.py", *files)
    expected = onnxruntime_outputs(network_as_onnx(weights), {"image": images})["prob"]
    assert_close(np.load(tmp_path / "out.npy"), expected, 1e-5)


def test_calibrator_flow_finds_the_digits_of_onnxruntime(images, tmp_path):
    np.save(tmp_path / "in.npy", images)
    files = [MODEL, tmp_path / "in.npy", tmp_path / "out.npy"]
    expected = onnxruntime_outputs(MODEL, {"image": images})["probabilities"]
    for _ in ("calibrates", "reads the calibration's cache"):
        run_ok(SCRIPTS / "calibrated_classifier.py", *files)
        assert_close(np.load(tmp_path / "out.npy"), expected, 0.02)
        assert (tmp_path / "out.npy.cache").read_text().startswith("TRT-")


ROWS = """<ir_version: 8, opset_import: ["" : 17]>
g (float[n, 1, 8, 8] image) => (int64[4, k] where, float[k] what) {
  half = Constant <value = float {0.5}> ()
  bright = Greater(image, half)
  where = NonZero(bright)
  at = Transpose(where)
  what = GatherND(image, at)
}"""


def test_data_dependent_flow_gives_the_numbers_of_onnxruntime(images, tmp_path):
    onnx.save(onnx.parser.parse_model(ROWS), tmp_path / "rows.onnx")
    np.save(tmp_path / "in.npy", images)
    files = [tmp_path / name for name in ("rows.onnx", "in.npy", "out.npz")]
    run_ok(SCRIPTS / "data_dependent_rows.py", *files)
    found = np.load(tmp_path / "out.npz")
    for name, expected in onnxruntime_outputs(files[0], {"image": images}).items():
        assert expected.size > 100
        np.testing.assert_array_equal(found[name], expected)


PROBE = """
import os, sys, pickle
class Thing: pass
print(sys.argv, __name__, __file__, sys.path[0], __spec__, __package__, __doc__)
print(type(pickle.loads(pickle.dumps(Thing()))).__module__, sys.modules["__main__"].Thing is Thing)
"""

RAISES = """
def f():
    return 1 / 0
try:
    f()
except ZeroDivisionError as e:
    raise ValueError('late') from e
"""
OWN_HOOK = """
import sys, traceback
sys.excepthook = lambda *a: print('hook', len(traceback.extract_tb(a[2])))
1 / 0
"""
ENDINGS = {
    "returns": "print('done')",
    "exits": "import sys; sys.exit(7)",
    "exits_with_text": "import sys; sys.exit('bad luck')",
    "raises": RAISES,
    "syntax_error": "x = = 1",
    "own_hook": OWN_HOOK,
    "interrupt": "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "at_exit": "import atexit; atexit.register(lambda: print('bye')); raise KeyError('k')",
    "hard": "import os; os._exit(3)",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_script_ends_as_under_python(ending, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(ENDINGS[ending])
    plain, ours = (start([*command, str(script)]) for command in ([sys.executable], RUN))
    assert (ours.returncode, ours.stdout, ours.stderr) == (
        plain.returncode,
        plain.stdout,
        plain.stderr,
    )
    if ending == "interrupt":
        assert ours.returncode == -signal.SIGINT


def test_script_sees_what_it_sees_under_python(tmp_path):
    (tmp_path / "sub").mkdir()
    script = tmp_path / "sub" / "probe.py"
    script.write_text(PROBE)
    (tmp_path / "link.py").symlink_to(script)
    for name in ("sub/probe.py", "link.py", str(script)):
        outs = [
            start([*command, name, "-m", "--api", "x"], cwd=tmp_path).stdout
            for command in ([sys.executable], RUN)
        ]
        assert outs[0] == outs[1] != ""


@pytest.mark.parametrize("words", [["-m", "package.inner", "1"], ["-m", "package"], ["package"]])
def test_module_and_folder_run_as_under_python(words, tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    text = "import sys; print(sys.argv, __name__, sys.path[0], __package__); sys.exit(4)"
    for name in ("inner.py", "__main__.py"):
        (package / name).write_text(text)
    results = [start([*command, *words], cwd=tmp_path) for command in ([sys.executable], RUN)]
    assert [r.returncode for r in results] == [4, 4]
    assert results[0].stdout == results[1].stdout


def test_missing_module_fails_as_under_python(tmp_path):
    plain, ours = (
        start([*c, "-m", "no_such_module"], cwd=tmp_path) for c in ([sys.executable], RUN)
    )
    assert (ours.returncode, ours.stderr) == (plain.returncode, plain.stderr)


def test_missing_script_is_refused_with_both_places(tmp_path):
    done = start([*RUN, "no_such_script"], cwd=tmp_path)
    assert done.returncode == 2
    assert "[run] script: expected a file or a Python command of" in done.stderr
    assert "got 'no_such_script'" in done.stderr


def test_console_command_of_the_environment_runs():
    assert run_ok("pytest", "--version").startswith("pytest")


def test_command_line_tool_passes_the_words_on(tmp_path):
    script = tmp_path / "s.py"
    script.write_text("import sys, tensorrt; print(sys.argv[1:])")
    command = "from trtlike.cli import main; import sys; sys.exit(main())"
    done = start([sys.executable, "-c", command, "run", str(script), "--json", "-m", "--help"])
    assert done.stdout == "['--json', '-m', '--help']\n"
    shown = start([sys.executable, "-c", command, "--help"]).stdout
    assert "run a TensorRT script" in shown


NAMES = """
import importlib.metadata, sys
import tensorrt, tensorrt as trt, tensorrt_lean, tensorrt_dispatch, tensorrt_bindings
import tensorrt.tensorrt
from tensorrt import *
import trtlike, trtlike.cuda.bindings.runtime
assert tensorrt.Builder is trtlike.Builder is tensorrt_lean.Builder is trt.tensorrt.Builder
assert tensorrt.__version__.startswith("10.") and Builder is trtlike.Builder
assert importlib.metadata.version("tensorrt") == tensorrt.__version__
import importlib.util
assert importlib.util.find_spec("tensorrt").origin == trtlike.__file__ == tensorrt.__file__
from cuda import cuda, cudart, nvrtc
from cuda.bindings import driver, runtime, nvrtc
import cuda.bindings.runtime
assert runtime is cuda.bindings.runtime is trtlike.cuda.bindings.runtime
assert runtime.__spec__.name == runtime.__name__ == "trtlike.cuda.bindings.runtime"
import pycuda.driver, pycuda.autoinit, pycuda.gpuarray, pycuda.tools, cupy
try:
    import tensorrt.no_such_part
except ModuleNotFoundError as error:
    print(error)
"""


def test_names_of_tensorrt_and_cuda_are_trtlike_in_that_process_only(tmp_path):
    script = tmp_path / "names.py"
    script.write_text(NAMES)
    assert run_ok(script) == "No module named 'tensorrt.no_such_part'\n"
    plain = start([sys.executable, "-c", "import trtlike.run, trtlike.aliases, tensorrt"])
    assert "No module named 'tensorrt'" in plain.stderr


def test_api_level_reaches_the_script_and_is_said(tmp_path):
    script = tmp_path / "level.py"
    script.write_text(textwrap.dedent("""
        import os, sys
        print(os.environ.get("TRTLIKE_API_LEVEL"), sys.argv)
    """))  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "TRTLIKE_API_LEVEL"}
    done = start([*RUN, "--api", "8", str(script), "a"], env=environment)
    assert done.stdout == f"8 {[str(script), 'a']}\n"
    assert done.stderr == "[run] tensorrt is trtlike at API level 8\n"
    assert start([*RUN, str(script)], env=environment).stdout.startswith("None")
    refused = start([*RUN, "--api", "9", str(script)], env=environment)
    assert refused.returncode == 2 and "choose from" in refused.stderr
