"""`trtlike.torch.compile`: a module as a module whose parts run in engines, with torch_tensorrt's
names; and such modules in files."""

import inspect
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.utils import _pytree as pytree

from trtlike.torch import tracing
from trtlike.torch.engine import quiet_exporter
from trtlike.torch.graphs import compile_program
from trtlike.torch.inputs import Input
from trtlike.torch.ranges import Extents, bounded
from trtlike.torch.running import EngineModule
from trtlike.torch.settings import Settings, read_settings

_FORMS = ("default", "dynamo", "torch_compile")


def _as_input(given: Any) -> Any:
    if isinstance(given, torch.Tensor):
        return Input.from_tensor(given)
    return given


def _example(given: Any) -> Any:
    """What the trace reads: the tensor itself where there is one."""
    return given.example() if isinstance(given, Input) else given


def _check_module(module: Any) -> None:
    if isinstance(module, torch.jit.ScriptModule):
        raise ValueError(
            "[torch] module: expected an nn.Module or an ExportedProgram, got a ScriptModule. "
            "Compile the module that it was made of, or torch.export.export(module, inputs)."
        )
    if not isinstance(module, torch.nn.Module | ExportedProgram):
        raise ValueError(
            "[torch] module: expected an nn.Module or an ExportedProgram, got "
            f"{type(module).__name__}."
        )


def _export(
    module: torch.nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    kept: Collection[str],
) -> tuple[ExportedProgram, Extents]:
    examples, named = pytree.tree_map(_example, (tuple(args), dict(kwargs)))
    leaves = [_as_input(leaf) for leaf in pytree.tree_leaves((tuple(args), dict(kwargs)))]
    axes: list[Any] = [leaf.open_axes if isinstance(leaf, Input) else {} for leaf in leaves]
    shapes: Any = None
    if any(axes):
        spec = pytree.tree_structure((examples, named))
        flat = pytree.tree_leaves((examples, named))
        dims = [tracing.auto_dims(x, list(each)) for x, each in zip(flat, axes, strict=True)]
        by_place, by_name = pytree.tree_unflatten(dims, spec)
        shapes = _by_parameter(module, by_place, by_name) if by_name else by_place
    try:
        with quiet_exporter(), torch.no_grad():
            program = tracing.export(module, examples, named, shapes, kept)
    except tracing.Refused as refusal:
        raise ValueError(f"[torch] module: it cannot be compiled: {refusal}.") from None
    state = sum(node.op == "placeholder" for node in program.graph.nodes) - len(axes)
    _check_open(program, axes, state)
    return program, tracing.find_extents(program.graph, [None] * state + axes)


def _by_parameter(module: torch.nn.Module, by_place: Any, by_name: Any) -> dict[str, Any]:
    """torch.export asks for names of parameters where some arguments are named."""
    names = list(inspect.signature(module.forward).parameters)
    return {**dict(zip(names, by_place, strict=False)), **by_name}


def _check_open(program: ExportedProgram, axes: Sequence[Mapping[int, Any]], state: int) -> None:
    placeholders = [node for node in program.graph.nodes if node.op == "placeholder"][state:]
    for node, each in zip(placeholders, axes, strict=True):
        for axis in each:
            size = node.meta["val"].shape[axis]
            if not isinstance(size, torch.SymInt):
                raise ValueError(
                    f"[torch] input '{node.name}': expected axis {axis} to be open, got {size} "
                    "from the module, which works for this extent only."
                )


def _read_program(
    program: ExportedProgram, kept: Collection[str]
) -> tuple[ExportedProgram, Extents]:
    """An exported program with the ranges that it was exported for."""
    try:
        with quiet_exporter():
            program = tracing.decomposed(program, kept)
    except tracing.Refused as refusal:
        raise ValueError(f"[torch] module: it cannot be compiled: {refusal}.") from None
    extents = Extents()
    for node in program.graph.nodes:
        value = node.meta.get("val")
        if node.op != "placeholder" or not isinstance(value, torch.Tensor):
            continue
        for size in value.shape:
            if isinstance(size, torch.SymInt) and size.node.expr.is_symbol:
                span = program.range_constraints.get(size.node.expr)
                low, high = (
                    (int(b) if b.is_Integer else None for b in (span.lower, span.upper))
                    if span is not None
                    else (None, None)
                )
                extents.add(size.node.expr, bounded(low, size.node.hint, high))
    return program, extents


def _compile(
    module: Any, args: Sequence[Any], kwargs: Mapping[str, Any], settings: Settings
) -> torch.nn.Module:
    _check_module(module)
    if isinstance(module, ExportedProgram):
        program, extents = _read_program(module, settings.torch_executed_ops)
    else:
        if not args and not kwargs:
            raise ValueError(
                "[torch] inputs: expected an Input or a tensor for each argument, got none."
            )
        program, extents = _export(module, args, kwargs, settings.torch_executed_ops)
    with torch.no_grad():
        compiled, report = compile_program(program, extents, settings)
    compiled.report = report  # type: ignore[assignment]
    return compiled


def compile(
    module: Any,
    ir: str = "default",
    inputs: Sequence[Any] | None = None,
    *,
    arg_inputs: Sequence[Any] | None = None,
    kwarg_inputs: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Any:
    """The module with its parts in engines.

    Args:
        module: an nn.Module in eval mode, or an ExportedProgram.
        ir: "dynamo" (the default) compiles now, for `inputs`; "torch_compile" compiles when the
            module is called, as `torch.compile(module, backend="trtlike")` does.
        inputs: an Input or a tensor for each argument.
        arg_inputs: the same by torch_tensorrt's newer name.
        kwarg_inputs: those that are given by name.
        settings: the fields of `trtlike.torch.Settings`.

    Raises:
        ValueError: an argument is not as described, or the module is in training mode.
        RuntimeError: operators stay in PyTorch though `require_full_compilation` is set.
    """
    if ir not in _FORMS:
        raise ValueError(f"[torch] ir: expected one of {', '.join(_FORMS)}, got '{ir}'.")
    chosen = read_settings(settings)
    if ir == "torch_compile":
        _check_module(module)
        return torch.compile(module, backend="trtlike", options=settings)
    return _compile(module, inputs or arg_inputs or (), kwarg_inputs or {}, chosen)


def convert_method_to_trt_engine(
    module: Any,
    method_name: str = "forward",
    inputs: Sequence[Any] | None = None,
    *,
    kwarg_inputs: Mapping[str, Any] | None = None,
    **settings: Any,
) -> bytes:
    """The plan of the whole module. Its inputs are x0, x1, ..., its outputs y0, y1, ...

    Raises:
        ValueError: `method_name` is not "forward", or an argument is not as `compile` takes it.
        RuntimeError: the module does not fit into one engine.
    """
    if method_name != "forward":
        raise ValueError(f"[torch] method_name: expected 'forward', got '{method_name}'.")
    whole = {**settings, "require_full_compilation": True, "min_block_size": 1}
    compiled = _compile(module, inputs or (), kwarg_inputs or {}, read_settings(whole))
    engines = [child for child in compiled.modules() if isinstance(child, EngineModule)]
    if len(engines) != 1:
        raise RuntimeError(f"[torch] module: expected one engine, got {len(engines)}.")
    return engines[0].plan


def save(module: torch.nn.Module, path: str | os.PathLike[str]) -> None:
    """Writes a compiled module with its plans."""
    if not any(isinstance(child, EngineModule) for child in module.modules()):
        raise ValueError(
            "[torch] save: expected a module of trtlike.torch.compile, got "
            f"{type(module).__name__}."
        )
    torch.save(module, path)


def load(path: str | os.PathLike[str]) -> torch.nn.Module:
    """Reads a module that `save` wrote. Such a file runs code: load only what you trust.

    Plans of another kind of machine are built again.
    """
    module = torch.load(Path(path), weights_only=False)
    if not isinstance(module, torch.nn.Module):
        raise ValueError(f"[torch] load: expected a module in '{path}', got {type(module)}.")
    return module
