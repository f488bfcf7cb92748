"""torch.compile(backend="trtlike"): numbers against eager, cuts, open extents, changed weights."""

import logging
import subprocess
import sys
import warnings

import pytest

torch = pytest.importorskip("torch", reason="the backend: pip install trtlike[torch]")
pytest.importorskip("onnxscript", reason="the backend: pip install trtlike[torch]")

import onnx  # noqa: E402
from torch_modules import CASES, Breaks, ConvNet, Mlp, Stays  # noqa: E402

import trtlike.torch  # noqa: E402
from trtlike.torch.engine import write_onnx  # noqa: E402

ALL = {"min_block_size": 1}


@pytest.fixture(autouse=True)
def start():
    torch._dynamo.reset()
    torch.manual_seed(3)


def compiled(module, **more):
    return torch.compile(module.eval(), backend="trtlike", **{"options": ALL, **more})


def assert_same(got, expected):
    got, expected = (x if isinstance(x, tuple) else (x,) for x in (got, expected))
    for x, y in zip(got, expected, strict=True):
        assert x.dtype == y.dtype and x.shape == y.shape
        torch.testing.assert_close(x, y, rtol=1e-4, atol=1e-5)


def run_engines(caplog, module, *inputs, **more):
    """Compares with eager; the reports of the graphs."""
    caplog.set_level(logging.INFO, "trtlike.torch")
    run = compiled(module, **more)
    with torch.no_grad():
        assert_same(run(*inputs), module(*inputs))
    return [r.args[0] for r in caplog.records if isinstance(r.args[0], trtlike.torch.Report)]


def test_trtlike_alone_does_not_import_torch():
    program = "import sys, trtlike; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize("name", ["mlp", "conv_net", "encoder", "many_types"])
def test_a_module_is_one_engine(name, caplog):
    make, inputs = CASES[name]
    (report,) = run_engines(caplog, make(), *inputs())
    assert len(report.engines) == 1 and not report.in_torch


def test_what_has_no_onnx_form_stays_in_torch_with_its_reason(caplog):
    (report,) = run_engines(caplog, Stays(), torch.rand(3, 6))
    assert len(report.engines) == 2
    ((_, operator, reason),) = report.in_torch
    assert operator == "prims.bessel_i0.default" and "no ONNX form" in reason


def test_operators_that_are_named_stay_in_torch(caplog):
    options = {**ALL, "torch_executed_ops": {"torch.ops.aten.gelu"}}
    (report,) = run_engines(caplog, Mlp(), torch.rand(2, 16), options=options)
    assert [each[1:] for each in report.in_torch] == [
        ("aten.gelu.default", "torch_executed_ops names it")
    ]


def test_named_operators_are_not_decomposed(caplog):
    options = {**ALL, "torch_executed_ops": {"aten.special_i0.default"}}
    (report,) = run_engines(caplog, Stays(), torch.rand(3, 6), options=options)
    assert [each[1] for each in report.in_torch] == ["aten.special_i0.default"]


def test_what_the_parser_refuses_stays_in_torch_with_its_sentence(caplog, monkeypatch):
    def without_tanh(*args):
        model = onnx.load_from_string(write_onnx(*args))
        for node in model.graph.node:
            node.op_type = node.op_type.replace("Tanh", "Spam")
        return model.SerializeToString()

    monkeypatch.setattr("trtlike.torch.partition.write_onnx", without_tanh)
    options = {**ALL, "torch_executed_ops": {"aten.special_i0"}}
    (report,) = run_engines(caplog, Stays(), torch.rand(3, 6), options=options)
    assert len(report.engines) == 3
    assert report.in_torch[0][1] == "aten.tanh.default" and "Spam" in report.in_torch[0][2]


class Counts(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x):
        self.calls += 1
        return x * self.calls


def test_a_graph_that_writes_to_a_buffer_runs_in_torch_and_is_tried_once():
    module, x = Counts(), torch.rand(3)
    run = compiled(module)
    with torch.no_grad(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for count in 1, 2, 3:
            assert_same(run(x), x * count)
    assert sum("which an engine only reads" in str(each.message) for each in caught) == 1


def test_numbers_are_seen_and_too_many_of_them_leave_the_graph_to_torch(monkeypatch):
    monkeypatch.setattr("trtlike.torch.backend._MOST_VARIANTS", 2)
    run = torch.compile(
        lambda x, scale: torch.relu(x) * scale, backend="trtlike", dynamic=True, options=ALL
    )
    x = torch.rand(5, 3)
    with pytest.warns(UserWarning, match="numbers had 2 different values already"):
        for scale in range(3, 7):
            assert_same(run(x, scale + 0.5), x * (scale + 0.5))


class Embeds(torch.nn.Module):
    """Reads its sizes off a later input than the first operator does."""

    def __init__(self):
        super().__init__()
        self.positions = torch.nn.Embedding(64, 8)
        self.words = torch.nn.Embedding(20, 8)

    def forward(self, ids):
        places = torch.arange(ids.shape[1]).expand(ids.shape)
        mask = torch.ones(ids.shape).view(ids.shape[0], 1, -1)
        return (self.positions(places) + self.words(ids)).transpose(1, 2) * mask


def test_sizes_make_tensors_in_engines(caplog):
    (report,) = run_engines(caplog, Embeds(), torch.randint(0, 20, (3, 7)), dynamic=True)
    assert len(report.engines) == 1 and not report.in_torch


class Draws(torch.nn.Module):
    def forward(self, x):
        return torch.relu(torch.relu(x) + torch.rand_like(x))


def test_random_numbers_follow_torch_s_seed(caplog):
    caplog.set_level(logging.INFO, "trtlike.torch")
    run, x = compiled(Draws()), torch.rand(3, 6)
    with torch.no_grad():
        run(x)
        torch.manual_seed(1)
        got = run(x)
        torch.manual_seed(1)
        assert_same(got, Draws()(x))
    assert "follow torch.manual_seed" in caplog.text


def test_what_reads_a_tensor_of_other_strides_is_an_engine(caplog):
    options = {**ALL, "torch_executed_ops": {"aten.scaled_dot_product_attention"}}
    make, inputs = CASES["encoder"]
    (report,) = run_engines(caplog, make(), *inputs(), options=options)
    assert len(report.engines) == 3 and len(report.in_torch) == 2


def test_small_parts_stay_in_torch(caplog):
    options = {"min_block_size": 100}
    (report,) = run_engines(caplog, Mlp(), torch.rand(2, 16), options=options)
    assert not report.engines and "below min_block_size" in report.in_torch[0][2]


def test_dryrun_shows_the_cut_and_runs_in_torch(capsys):
    module = Mlp()
    run = compiled(module, options={**ALL, "dryrun": True})
    x = torch.rand(2, 16)
    with torch.no_grad():
        assert torch.equal(run(x), module(x))
    assert "engine 0: " in capsys.readouterr().out


def test_a_graph_break_gives_two_graphs(caplog):
    assert len(run_engines(caplog, Breaks(), torch.rand(3, 6))) == 2


def test_open_extents_are_a_profile_and_one_outside_builds_again_once(caplog):
    module = ConvNet()
    run = compiled(module, dynamic=True)
    sizes = [(5, 10, 12), (2, 14, 10), (3, 100, 10), (4, 98, 10)]
    caplog.set_level(logging.INFO, "trtlike.torch")
    with torch.no_grad():
        for count, height, width in sizes:
            x = torch.rand(count, 3, height, width)
            assert_same(run(x), module(x))
    lines = [record.getMessage() for record in caplog.records]
    assert sum("engines of" in line for line in lines) == 1
    assert sum("built again for this as well" in line for line in lines) == 1


def test_marked_axes_keep_their_bounds(caplog):
    module = Mlp()
    run, x = compiled(module), torch.rand(4, 16)
    torch._dynamo.mark_dynamic(x, 0, min=2, max=400)
    with torch.no_grad():
        assert_same(run(x), module(x))
        x = torch.rand(400, 16)
        assert_same(run(x), module(x))
    assert "built again" not in caplog.text


def test_changed_weights_are_seen(caplog):
    module = Mlp()
    run, x = compiled(module), torch.rand(4, 16)
    with torch.no_grad():
        assert_same(run(x), module(x))
        module.layers[0].weight.mul_(2)
        assert_same(run(x), module(x))
        module.layers[0].bias = torch.nn.Parameter(torch.rand(32))
        assert_same(run(x), module(x))
    assert "compiled again" in caplog.text


def test_two_modules_of_one_class_have_their_own_weights():
    x = torch.rand(4, 16)
    modules = [Mlp(), Mlp()]
    runs = [compiled(module) for module in modules]
    with torch.no_grad():
        for run, module in zip(runs, modules, strict=True):
            assert_same(run(x), module(x))


def test_each_call_gives_new_outputs_and_inputs_need_not_be_contiguous():
    module = Mlp()
    run = compiled(module)
    with torch.no_grad():
        first = torch.rand(16, 4).t()
        kept = run(first)
        before = kept.clone()
        second = torch.rand(4, 32)[:, ::2]
        assert_same(run(second), module(second))
        assert torch.equal(kept, before)
        assert_same(kept, module(first))


def test_training_mode_runs_in_torch_with_a_warning():
    module = ConvNet()
    module.norm.momentum = 0.5
    run = torch.compile(module.train(), backend="trtlike", options=ALL)
    x = torch.rand(2, 3, 8, 8)
    with pytest.warns(UserWarning, match=r"batch_norm.* is in training mode; call eval\(\)"):
        run(x).sum().backward()
    assert module.first.weight.grad is not None and module.norm.num_batches_tracked == 1


def test_an_input_that_requires_a_gradient_runs_in_torch_with_a_warning():
    x = torch.rand(2, 16, requires_grad=True)
    with pytest.warns(UserWarning, match="an input requires a gradient"):
        compiled(Mlp())(x).sum().backward()
    assert x.grad is not None


def test_without_no_grad_a_module_in_eval_mode_runs_in_engines():
    module, x = Mlp(), torch.rand(2, 16)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        got = compiled(module)(x)
    assert_same(got, module(x).detach())


def test_an_unknown_option_is_refused():
    with pytest.raises(Exception, match=r"expected names among enabled_precisions, .* got 'spam'"):
        compiled(Mlp(), options={"spam": 1})(torch.rand(2, 16))
