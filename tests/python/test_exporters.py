"""What torch's two exporters write of small modules of many kinds, against ONNX Runtime at three
shapes of one engine. Needs the extra `exporters`."""

import io
import warnings

import pytest
from conftest import assert_matches_onnxruntime, build_plan, load

torch = pytest.importorskip("torch", reason="torch's exporters: pip install trtlike[exporters]")
pytest.importorskip("onnxscript", reason="torch's exporters: pip install trtlike[exporters]")

from exported.cases import CASES  # noqa: E402
from exported.images import BY_DYNAMO, BY_OLDER  # noqa: E402


def export_by_older(module, arguments, names, axes) -> bytes:
    for name, symbolic in BY_OLDER.items():
        torch.onnx.register_custom_op_symbolic(name, symbolic, 18)
    torch.backends.mha.set_fastpath_enabled(False)
    file = io.BytesIO()
    torch.onnx.export(
        module,
        arguments,
        file,
        input_names=names,
        dynamic_axes=dict(zip(names, axes, strict=True)),
        dynamo=False,
    )
    return file.getvalue()


def export_by_dynamo(module, arguments, names, axes) -> bytes:
    program = torch.onnx.export(
        module,
        arguments,
        input_names=names,
        dynamic_shapes=tuple(dict.fromkeys(each, torch.export.Dim.DYNAMIC) for each in axes),
        custom_translation_table=BY_DYNAMO,
        dynamo=True,
        verbose=False,
    )
    return program.model_proto.SerializeToString()


EXPORTERS = {"older": export_by_older, "dynamo": export_by_dynamo}


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_exported_module_matches_onnxruntime(case, exporter):
    if exporter in case.without:
        pytest.skip(f"the exporter {case.without[exporter]}")
    torch.manual_seed(7)
    module = case.make().eval()
    arguments = [case.inputs(size) for size in case.sizes]
    if exporter == case.fixed:
        for each in arguments:
            check(EXPORTERS[exporter], module, [{}] * len(each), each, [each])
    else:
        check(EXPORTERS[exporter], module, case.axes, arguments[1], arguments)


def check(export, module, axes, example, arguments):
    names = [f"x{i}" for i in range(len(example))]
    open_axes = {name: axes for name, axes in zip(names, axes, strict=True) if axes}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        model = export(module, example, names, axes)
    feeds = [{name: x.numpy() for name, x in zip(names, each, strict=True)} for each in arguments]
    shapes = {name: tuple(each[name].shape for each in feeds) for name in open_axes}
    engine = load(build_plan(model, [shapes] if shapes else None))
    taken = {engine.get_tensor_name(i) for i in range(engine.num_io_tensors)}
    assert len(taken & set(names)) >= 1
    for each in feeds:
        used = {name: array for name, array in each.items() if name in taken}
        assert_matches_onnxruntime(engine, model, used, 1e-4, 1e-5)
