"""trtlike.torch.compile, its Input, plans, and modules in files."""

import doctest
import importlib
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="trtlike.torch: pip install trtlike[torch]")
pytest.importorskip("onnxscript", reason="trtlike.torch: pip install trtlike[torch]")

from torch_modules import CASES, ConvNet, Mlp, Stays  # noqa: E402

import trtlike as trt  # noqa: E402
import trtlike.torch as torch_tensorrt  # noqa: E402
from trtlike.torch.running import EngineModule  # noqa: E402


@pytest.fixture(autouse=True)
def start():
    torch._dynamo.reset()
    torch.manual_seed(5)


def assert_same(got, expected, tolerance=1e-4):
    torch.testing.assert_close(got.detach(), expected.detach(), rtol=tolerance, atol=tolerance / 10)


def make_mlp():
    return torch_tensorrt.compile(Mlp().eval(), inputs=[torch.rand(4, 16)], min_block_size=1)


@pytest.mark.parametrize("name", ["lstm", "unet", "group_net", "encoder_layer"])
def test_a_module_is_one_engine(name):
    make, inputs = CASES[name]
    module, given = make().eval(), inputs()
    compiled = torch_tensorrt.compile(module, ir="dynamo", inputs=given, min_block_size=1)
    assert len(compiled.report.engines) == 1 and not compiled.report.in_torch
    assert_same(compiled(*given), module(*given))


def test_an_input_with_three_shapes_is_open_between_them():
    module = ConvNet().eval()
    span = torch_tensorrt.Input(
        min_shape=(1, 3, 8, 8), opt_shape=(1, 3, 12, 12), max_shape=(4, 3, 16, 16), name="x"
    )
    compiled = torch_tensorrt.compile(module, inputs=[span], min_block_size=1)
    for shape in (1, 3, 8, 8), (4, 3, 16, 10), (3, 3, 12, 12):
        x = torch.rand(shape)
        assert_same(compiled(x), module(x))


class Named(torch.nn.Module):
    def forward(self, pair, *, scale):
        return {"sum": (pair["a"] + pair["b"]) * scale, "first": pair["a"].relu()}


def test_nested_and_named_arguments_keep_their_form():
    pair = {"a": torch.randn(2, 3), "b": torch.randn(2, 3)}
    compiled = torch_tensorrt.compile(
        Named(), inputs=[pair], kwarg_inputs={"scale": torch.rand(3)}, min_block_size=1
    )
    scale = torch.rand(3)
    got, expected = compiled(pair, scale=scale), Named()(pair, scale=scale)
    assert got.keys() == expected.keys()
    for name in got:
        assert_same(got[name], expected[name])


def test_an_exported_program_keeps_its_ranges():
    module = Mlp().eval()
    batch = torch.export.Dim("batch", min=1, max=500)
    program = torch.export.export(module, (torch.rand(4, 16),), dynamic_shapes=({0: batch},))
    compiled = torch_tensorrt.compile(program, min_block_size=1)
    x = torch.rand(500, 16)
    assert_same(compiled(x), module(x))


def test_reduced_precisions_are_close():
    module, x = Mlp().eval(), torch.rand(4, 16)
    compiled = torch_tensorrt.compile(
        module, inputs=[x], enabled_precisions={torch.float16, torch.bfloat16}, min_block_size=1
    )
    assert compiled(x).dtype == torch.float32
    assert_same(compiled(x), module(x), 3e-2)


def test_modules_of_16_bits_give_16_bits():
    module = Mlp().eval().bfloat16()
    module.offset = module.offset.bfloat16()
    x = torch.rand(4, 16).bfloat16()
    compiled = torch_tensorrt.compile(module, inputs=[x], min_block_size=1)
    assert compiled(x).dtype == torch.bfloat16
    assert_same(compiled(x).float(), module(x).float(), 3e-2)


def test_copies_are_counted_and_outputs_are_new():
    compiled = make_mlp()
    engine = next(child for child in compiled.modules() if isinstance(child, EngineModule))
    x = torch.rand(4, 16)
    first, second = compiled(x), compiled(x)
    assert engine.num_copies == 0 and first.data_ptr() != second.data_ptr()
    assert_same(compiled(torch.rand(16, 4).t().copy_(x)), first)
    assert engine.num_copies == 1


def test_a_plan_of_the_whole_module_runs_without_torch():
    module, x = Mlp().eval(), torch.rand(4, 16)
    plan = torch_tensorrt.convert_method_to_trt_engine(module, "forward", inputs=[x])
    engine = trt.Runtime(trt.Logger()).deserialize_cuda_engine(plan)
    outputs = engine.create_execution_context().infer({"x0": x.numpy()})
    np.testing.assert_allclose(outputs["y0"], module(x).detach().numpy(), rtol=1e-4, atol=1e-5)


def test_a_saved_module_runs_in_a_fresh_process(tmp_path):
    module, x = Stays().eval(), torch.rand(3, 6)
    compiled = torch_tensorrt.compile(module, inputs=[x], min_block_size=1)
    torch_tensorrt.save(compiled, tmp_path / "module.ep")
    torch.save((x, module(x).detach()), tmp_path / "case.pt")
    program = (
        "import sys, torch, trtlike.torch as t\n"
        "module = t.load(sys.argv[1] + '/module.ep')\n"
        "x, expected = torch.load(sys.argv[1] + '/case.pt')\n"
        "torch.testing.assert_close(module(x), expected, rtol=1e-4, atol=1e-5)\n"
        "assert sum(type(m).__name__ == 'EngineModule' for m in module.modules()) == 2\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)


def test_engines_are_kept_in_a_folder_and_found_again(tmp_path, monkeypatch):
    module, x = Mlp().eval(), torch.rand(4, 16)
    options = {
        "cache_built_engines": True,
        "reuse_cached_engines": True,
        "engine_cache_dir": str(tmp_path),
        "timing_cache_path": str(tmp_path / "timings"),
        "min_block_size": 1,
    }
    torch_tensorrt.compile(module, inputs=[x], **options)
    assert len(list(tmp_path.glob("*.engine"))) == 1 and (tmp_path / "timings").exists()
    monkeypatch.setattr("trtlike.torch.engine.Engine._build", None)
    assert_same(torch_tensorrt.compile(module, inputs=[x], **options)(x), module(x))


@pytest.mark.parametrize("module", ["trtlike.torch.settings", "trtlike.torch.inputs"])
def test_examples_of_docstrings_give_what_they_say(module):
    outcome = doctest.testmod(importlib.import_module(module))
    assert outcome.attempted > 0 and outcome.failed == 0


def test_a_shape_outside_of_an_input_builds_again_and_other_axes_are_refused(caplog):
    module = Mlp().eval()
    span = torch_tensorrt.Input(min_shape=(1, 16), opt_shape=(2, 16), max_shape=(4, 16))
    compiled = torch_tensorrt.compile(module, inputs=[span], min_block_size=1)
    for count in 9, 0, 9, 1:
        x = torch.rand(count, 16)
        assert_same(compiled(x), module(x))
    assert caplog.text.count("the engine is built again for this as well") == 2
    with pytest.raises(ValueError, match=r"expected a shape of \[-1, 16\], .* got \(2, 15\)"):
        compiled(torch.rand(2, 15))


REFUSED = {
    "ir": (lambda: torch_tensorrt.compile(Mlp(), ir="ts"), ValueError, "got 'ts'"),
    "no_inputs": (lambda: torch_tensorrt.compile(Mlp().eval()), ValueError, "inputs: expected an"),
    "training": (
        lambda: torch_tensorrt.compile(Mlp().train(), inputs=[torch.rand(1, 16)]),
        ValueError,
        "is in training mode",
    ),
    "script": (
        lambda: torch_tensorrt.compile(torch.jit.trace(Mlp().eval(), torch.rand(1, 16))),
        ValueError,
        "got a ScriptModule. Compile the module that it was made of",
    ),
    "precision": (
        lambda: torch_tensorrt.compile(Mlp(), enabled_precisions={torch.int4}),
        ValueError,
        "enabled_precisions: expected types among",
    ),
    "block": (
        lambda: torch_tensorrt.compile(Mlp(), min_block_size=0),
        ValueError,
        "min_block_size: expected at least 1, got 0",
    ),
    "full": (
        lambda: torch_tensorrt.compile(
            Stays().eval(), inputs=[torch.rand(2, 6)], require_full_compilation=True
        ),
        RuntimeError,
        "in PyTorch: 'bessel_i0'",
    ),
    "shape": (lambda: make_mlp()(torch.rand(5, 16)), ValueError, "expected a shape of .4, 16."),
    "type": (lambda: make_mlp()(torch.rand(4, 16).double()), TypeError, "got torch.float64"),
    "method": (
        lambda: torch_tensorrt.convert_method_to_trt_engine(Mlp(), "spam"),
        ValueError,
        "expected 'forward', got 'spam'",
    ),
    "save": (
        lambda: torch_tensorrt.save(Mlp(), "spam"),
        ValueError,
        "expected a module of trtlike",
    ),
    "input": (lambda: torch_tensorrt.Input(), ValueError, "expected either shape, or"),
    "input_order": (
        lambda: torch_tensorrt.Input(min_shape=(2,), opt_shape=(1,), max_shape=(3,)),
        ValueError,
        "expected min_shape <= opt_shape <= max_shape",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_by_a_sentence(case):
    call, error, sentence = REFUSED[case]
    with pytest.raises(error, match=sentence):
        call()
