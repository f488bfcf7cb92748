"""A module or a graph of torch.compile as a graph of core ATen operators without side effects."""

import functools
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch._guards import tracing
from torch._subclasses.fake_tensor import unset_fake_temporarily
from torch.export import Dim, ExportedProgram
from torch.fx import GraphModule, Node
from torch.onnx._internal.exporter import _decomp, _dispatching, _registration
from torch.utils._sympy.interp import sympy_interp
from torch.utils._sympy.reference import PythonReferenceAnalysis

from trtlike.torch.fast_paths import DECOMPOSITIONS
from trtlike.torch.ranges import Extent, Extents
from trtlike.torch.settings import is_named


class Refused(Exception):
    """A graph that stays in PyTorch as a whole; the sentence says why."""


@functools.cache
def onnx_operators() -> _registration.ONNXRegistry:
    """What torch's exporter can write."""
    return _registration.ONNXRegistry.from_torchlib()


@functools.cache
def _decompositions() -> dict[Any, Any]:
    written = set(_decomp.get_onnx_implemented_overloads(onnx_operators()))
    return {**_decomp.create_onnx_friendly_decomposition_table(written), **DECOMPOSITIONS}


def is_written(node: Node) -> bool:
    """Whether torch's exporter has an ONNX form of the operator."""
    return _dispatching.dispatch(node, onnx_operators())[0] is not None


def outside_of_dynamo() -> list[AbstractContextManager[Any]]:
    """The contexts in which a backend may trace on its own, on real tensors, without gradients."""
    return [tracing(None), unset_fake_temporarily(), torch.no_grad()]


def _argument(node: Node, names: Collection[str]) -> Any:
    """What the operator is given under one of the names; None where it takes none."""
    schema = getattr(node.target, "_schema", None)
    for i, argument in enumerate(schema.arguments if schema is not None else ()):
        if argument.name in names:
            given = node.args[i] if i < len(node.args) else node.kwargs.get(argument.name)
            return argument.default_value if given is None else given
    return None


def _is_in_training(program: ExportedProgram) -> str:
    """The operator that behaves as in training; empty if there is none."""
    for node in program.graph.nodes:
        if node.op == "call_function" and _argument(node, ("train", "training")) is True:
            return str(node.target)
    return ""


def draws_random_numbers(node: Node) -> bool:
    """Whether it does so here: operators with dropout do where they drop something."""
    if torch.Tag.nondeterministic_seeded not in getattr(node.target, "tags", ()):
        return False
    if _argument(node, ("train", "training")) is False:
        return False
    return bool(_argument(node, ("dropout_p",)) != 0)


def _check(program: ExportedProgram) -> None:
    if training := _is_in_training(program):
        raise Refused(f"{training} is in training mode; call eval() on the module")
    written = [
        spec for spec in program.graph_signature.output_specs if "MUTATION" in spec.kind.name
    ]
    if written:
        raise Refused(f"it writes to '{written[0].target}', which an engine only reads")


def export(
    module: torch.nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    dynamic_shapes: Any,
    kept: Collection[str],
) -> ExportedProgram:
    """The program in core ATen operators, those that ONNX has, and those whose names are `kept`.

    Raises:
        Refused: it is in training mode, or writes to its buffers or inputs.
    """
    program = torch.export.export(
        module, tuple(args), dict(kwargs), dynamic_shapes=dynamic_shapes, strict=False
    )
    return decomposed(program, kept)


def decomposed(program: ExportedProgram, kept: Collection[str]) -> ExportedProgram:
    """What `export` gives, of a program that is exported already."""
    _check(program)
    table = {k: v for k, v in _decompositions().items() if not is_named(k, kept)}
    program = program.run_decompositions(table)
    _check(program)
    return program


def auto_dims(tensor: Any, open_axes: Sequence[int]) -> Any:
    """What torch.export is told of a tensor's axes."""
    if not isinstance(tensor, torch.Tensor):
        return None
    return {axis: Dim.AUTO for axis in open_axes}


def find_extents(graph: torch.fx.Graph, known: Sequence[Mapping[int, Extent] | None]) -> Extents:
    """The symbols of the graph's inputs; `known` tells for each what is known of its axes."""
    extents = Extents()
    placeholders = [node for node in graph.nodes if node.op == "placeholder"]
    for node, axes in zip(placeholders, known, strict=True):
        value = node.meta.get("val")
        if not isinstance(value, torch.Tensor):
            continue
        for axis, extent in (axes or {}).items():
            size = value.shape[axis]
            if isinstance(size, torch.SymInt) and size.node.expr.is_symbol:
                extents.add(size.node.expr, extent)
    return extents


def compute_size(
    graph: torch.fx.Graph, size: torch.SymInt, tensors: Sequence[Node]
) -> Node | int | None:
    """A node that computes the size from the tensors' extents; None where these do not tell it."""
    expression = size.node.expr
    sources: dict[Any, tuple[Node, int, torch.SymInt]] = {}
    for node in tensors:
        for axis, extent in enumerate(node.meta["val"].shape):
            if isinstance(extent, torch.SymInt):
                sources.setdefault(extent.node.expr, (node, axis, extent))
    wanted = {expression} if expression in sources else expression.free_symbols
    if not wanted <= sources.keys():
        return None
    made = {}
    for symbol in wanted:
        node, axis, extent = sources[symbol]
        made[symbol] = graph.call_function(torch.ops.aten.sym_size.int, (node, axis))
        made[symbol].meta["val"] = extent
    if expression in made:
        return made[expression]
    proxies = {symbol: torch.fx.Proxy(node) for symbol, node in made.items()}
    try:
        result = sympy_interp(PythonReferenceAnalysis, proxies, expression)
    except (NotImplementedError, TypeError, AttributeError, KeyError):
        return None
    result.node.meta["val"] = size
    return result.node


def put_placeholders_first(graph: torch.fx.Graph) -> Node:
    """Moves them before all else, and returns the node behind them."""
    for node in reversed([node for node in graph.nodes if node.op == "placeholder"]):
        next(iter(graph.nodes)).prepend(node)
    return next(node for node in graph.nodes if node.op != "placeholder")


def take_sizes_from_inputs(module: GraphModule) -> None:
    """Sizes are computed from the graph's inputs, so that none is read off a tensor in between;
    what only asserts the types that were traced goes."""
    graph = module.graph
    inputs = [
        node
        for node in graph.nodes
        if node.op == "placeholder" and isinstance(node.meta.get("val"), torch.Tensor)
    ]
    first = put_placeholders_first(graph)
    made: dict[Any, Node | int | None] = {}
    for node in list(graph.nodes):
        size = node.meta.get("val")
        if node.op != "call_function" or not isinstance(size, torch.SymInt):
            continue
        expression = size.node.expr
        if expression not in made:
            with graph.inserting_before(first):
                made[expression] = compute_size(graph, size, inputs)
        if (found := made[expression]) is not None and found is not node:
            node.replace_all_uses_with(found)
    for node in list(graph.nodes):
        if node.target is torch.ops.aten._assert_tensor_metadata.default:
            graph.erase_node(node)
    graph.eliminate_dead_code()
    module.recompile()
