"""A traced graph whose parts run in engines, and what was left in PyTorch."""

from dataclasses import dataclass
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.fx import GraphModule, Node
from torch.fx.passes.utils.fuser_utils import fuse_by_partitions

from trtlike.torch import tracing
from trtlike.torch.partition import Part, cut, is_operator
from trtlike.torch.ranges import Extents
from trtlike.torch.running import EngineModule
from trtlike.torch.settings import Settings, logger, operator_name


@dataclass(frozen=True)
class Report:
    """How a graph was cut: operators of each engine, and those in PyTorch with the reasons."""

    engines: tuple[tuple[str, ...], ...]
    in_torch: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        total = sum(map(len, self.engines)) + len(self.in_torch)
        lines = [
            f"{len(self.engines)} engines of {total - len(self.in_torch)} operators, "
            f"{len(self.in_torch)} in PyTorch"
        ]
        for number, names in enumerate(self.engines):
            lines.append(f"  engine {number}: {len(names)} operators, {', '.join(names)}")
        for node, operator, reason in self.in_torch:
            lines.append(f"  in PyTorch: '{node}' ({operator}): {reason}")
        return "\n".join(lines)


class NotFullyCompiled(RuntimeError):
    """`require_full_compilation` is set, and operators stay in PyTorch."""


def _report(module: GraphModule, parts: list[Part], reasons: dict[Node, str]) -> Report:
    taken = {node for part in parts for node in part.nodes}
    rest = [n for n in module.graph.nodes if is_operator(n) and n not in taken]
    return Report(
        tuple(
            tuple(operator_name(n.target) for n in part.nodes if is_operator(n)) for part in parts
        ),
        tuple((n.name, operator_name(n.target), reasons.get(n, "")) for n in rest),
    )


def _types(nodes: list[Node]) -> list[torch.dtype]:
    return [node.meta["val"].dtype for node in nodes]


def _put_engines(module: GraphModule, parts: list[Part]) -> GraphModule:
    """Each part is a call of its engine, on the tensors that the engine reads."""
    module = fuse_by_partitions(
        module,
        [dict.fromkeys(part.nodes) for part in parts],
        prefix="part_",
        always_return_tuple=True,
    )
    for number, part in enumerate(parts):
        assert part.engine is not None
        engine = EngineModule(part.engine, _types(part.inputs), _types(part.outputs))
        setattr(module, f"part_{number}", engine)
        call = next(n for n in module.graph.nodes if n.target == f"part_{number}")
        assert len(call.users) > 0
        call.args = tuple(part.read_by(call.args))
    module.graph.eliminate_dead_code()
    return _plain(module)


def _plain(module: GraphModule) -> GraphModule:
    """The same graph without what torch.export hangs on a module, and without unused weights."""
    state = {str(n.target) for n in module.graph.nodes if n.op in ("get_attr", "call_module")}
    held: dict[str, Any] = {}
    for name in state:
        value: Any = module
        for step in name.split("."):
            value = getattr(value, step)
        held[name] = value
    return GraphModule(held, module.graph)


def compile_program(
    program: ExportedProgram, extents: Extents, settings: Settings
) -> tuple[GraphModule, Report]:
    """The program as a module whose parts run in engines.

    Raises:
        NotFullyCompiled: operators stay in PyTorch, and `require_full_compilation` is set.
    """
    module = program.module(check_guards=False)
    assert isinstance(module, GraphModule)
    tracing.take_sizes_from_inputs(module)
    parts, reasons = cut(module, extents, settings)
    report = _report(module, parts, reasons)
    logger.info("%s", report)
    if settings.dryrun:
        print(report)
        return _plain(module), report
    if settings.require_full_compilation and report.in_torch:
        raise NotFullyCompiled(
            f"[torch] require_full_compilation: expected one engine, got {report}"
        )
    return _put_engines(module, parts), report
