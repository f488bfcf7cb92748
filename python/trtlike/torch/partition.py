"""Cuts a graph into the largest parts that trtlike takes, and says why the rest is not in them."""

import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.fx import GraphModule, Node
from torch.fx.passes.infra.partitioner import CapabilityBasedPartitioner
from torch.fx.passes.operator_support import OperatorSupportBase
from torch.fx.passes.utils.fuser_utils import fuse_as_graphmodule, topo_sort

from trtlike.torch import tracing
from trtlike.torch.engine import BuildRefused, Engine, write_onnx
from trtlike.torch.ranges import Extents, Range
from trtlike.torch.settings import Settings, is_named, operator_name

_TYPES = frozenset(
    (
        torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.int32,
        torch.int8, torch.uint8, torch.bool,
    )
)  # fmt: skip
_TARGET = re.compile(r"target=torch\.ops\.([\w.]+)|target=operator\.(\w+)")


@dataclass
class Part:
    """Nodes that become one engine. `places` are those of the inputs among all that the nodes
    read, which has weights and sizes too."""

    nodes: list[Node]
    module: GraphModule
    inputs: list[Node]
    outputs: list[Node]
    places: list[int] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    model: bytes = b""
    engine: Engine | None = None

    def read_by(self, args: Sequence[Any]) -> list[Any]:
        """Of all arguments of the nodes, those that the engine reads."""
        return [args[place] for place in self.places]


def _values(node: Node) -> Iterable[Any]:
    value = node.meta.get("val")
    return value if isinstance(value, tuple | list) else (value,)


class _Support(OperatorSupportBase):
    """Which nodes are worth trying; `reasons` collects why others are not."""

    def __init__(self, settings: Settings, extents: Extents, reasons: dict[Node, str]):
        self._settings, self._extents, self.reasons = settings, extents, reasons

    def _reason(self, node: Node) -> str | None:
        if is_named(node.target, self._settings.torch_executed_ops):
            return "torch_executed_ops names it"
        if tracing.draws_random_numbers(node):
            return "its random numbers follow torch.manual_seed"
        for value in (*_values(node), *(v for n in node.all_input_nodes for v in _values(n))):
            if isinstance(value, torch.Tensor):
                if value.dtype not in _TYPES:
                    return f"an engine has no tensors of {value.dtype}"
                if value.device.type != "cpu" or value.layout != torch.strided:
                    return f"an engine has no {value.layout} tensors on {value.device}"
                if not self._extents.knows(value.shape):
                    return "extents of its tensors follow from data"
        if not tracing.is_written(node):
            return "torch's exporter has no ONNX form of it"
        return None

    def is_node_supported(self, submodules: Mapping[str, torch.nn.Module], node: Node) -> bool:
        if node.op != "call_function" or not any(
            isinstance(value, torch.Tensor) for value in _values(node)
        ):
            return False
        if node.target is operator.getitem:
            return self.is_node_supported(submodules, node.args[0])  # type: ignore[arg-type]
        if node not in self.reasons and (reason := self._reason(node)):
            self.reasons[node] = reason
        return node not in self.reasons


def _weight(module: torch.nn.Module, path: str) -> torch.Tensor:
    value: Any = module
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _extract(module: GraphModule, nodes: list[Node], extents: Extents) -> Part:
    """The nodes as a module of their own, which reads tensors only and holds its weights.

    Raises:
        BuildRefused: it reads a number that its tensors' extents do not tell.
    """
    inner, inputs, outputs = fuse_as_graphmodule(module, nodes, "part", always_return_tuple=True)
    graph = inner.graph
    placeholders = [node for node in graph.nodes if node.op == "placeholder"]
    pairs = list(zip(placeholders, inputs, strict=True))
    first = tracing.put_placeholders_first(graph)
    tensors = [
        inside
        for inside, outer in pairs
        if outer.op != "get_attr" and isinstance(outer.meta.get("val"), torch.Tensor)
    ]
    kept: list[Node] = []
    places: list[int] = []
    for number, (inside, outer) in enumerate(pairs):
        if outer.op == "get_attr":
            value = _weight(module, str(outer.target))
            inner.register_buffer(f"weight_{number}", value.detach())
            with graph.inserting_before(first):
                found: Any = graph.get_attr(f"weight_{number}")
        elif inside in tensors:
            kept.append(outer)
            places.append(number)
            continue
        else:
            size = outer.meta.get("val")
            found = None
            if isinstance(size, torch.SymInt):
                with graph.inserting_before(first):
                    found = tracing.compute_size(graph, size, tensors)
            if found is None:
                raise BuildRefused(f"it reads '{outer.name}', a number that its inputs do not tell")
        inside.replace_all_uses_with(found)
        graph.erase_node(inside)
    graph.lint()
    inner.recompile()
    part = Part(nodes, inner, kept, list(outputs), places)
    part.ranges = [extents.range(node.meta["val"].shape) for node in kept]
    return part


def _example(node: Node, extents: Extents) -> torch.Tensor:
    """A tensor of the strides that the graph was traced with: its views are legal for these."""
    value = node.meta["val"]
    shape, strides = map(extents.trace_shape, (value.shape, value.stride()))
    return torch.empty_strided(shape, strides, dtype=value.dtype)


def _build(part: Part, extents: Extents, settings: Settings) -> None:
    """Gives the part its engine; BuildRefused where there is none."""
    shapes = [part_input.meta["val"].shape for part_input in part.inputs]
    open_axes = [
        [axis for axis, size in enumerate(shape) if isinstance(size, torch.SymInt)]
        for shape in shapes
    ]
    part.model = write_onnx(
        part.module, [_example(node, extents) for node in part.inputs], open_axes
    )
    part.engine = Engine(part.model, part.ranges, settings)


def _blamed(nodes: list[Node], refusal: BuildRefused) -> list[Node]:
    """The nodes whose operator the refused ONNX node was written for; else all."""
    found = _TARGET.search(refusal.fx_node)
    if found is None:
        return nodes
    name = found[1] or found[2]
    named = [node for node in nodes if operator_name(node.target) == name]
    return named or nodes


def is_operator(node: Node) -> bool:
    """Computes tensors; sizes, assertions and the items of tuples are not counted."""
    if node.op != "call_function" or node.target is operator.getitem:
        return False
    return any(isinstance(value, torch.Tensor) for value in _values(node))


def cut(
    module: GraphModule, extents: Extents, settings: Settings
) -> tuple[list[Part], dict[Node, str]]:
    """The parts with their engines, and why each operator outside of them is there."""
    order = {node: i for i, node in enumerate(module.graph.nodes)}
    reasons: dict[Node, str] = {}
    ready: dict[tuple[Node, ...], Part] = {}
    while True:
        support = _Support(settings, extents, reasons)
        partitioner = CapabilityBasedPartitioner(module, support, allows_single_node_partition=True)
        parts, found = [], {}
        for proposal in partitioner.propose_partitions():
            nodes = topo_sort(sorted(proposal.nodes, key=order.__getitem__))
            size = sum(map(is_operator, nodes))
            if size < settings.min_block_size:
                small = f"a part of {size} operators is below min_block_size"
                found.update(dict.fromkeys(nodes, small))
                continue
            key = tuple(nodes)
            if key not in ready:
                try:
                    ready[key] = _extract(module, nodes, extents)
                    _build(ready[key], extents, settings)
                except BuildRefused as refusal:
                    ready.pop(key, None)
                    found.update(dict.fromkeys(_blamed(nodes, refusal), str(refusal)))
                    continue
            parts.append(ready[key])
        if not found:
            return parts, reasons
        reasons.update(found)
