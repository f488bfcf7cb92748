"""Cuts a graph into the largest parts that trtlike takes, and the rest, without cycles between.

On every path, nodes of one kind in a row have one level, which rises by one where the kind changes.
Nodes of one level and kind form a part: no path can leave it and come back.
"""

import re
from collections.abc import Mapping, Sequence

import trtlike as trt
from trtlike.onnxruntime import rest
from trtlike.onnxruntime.graph import Graph, Part
from trtlike.onnxruntime.options import TensorrtOptions


class _Quiet(trt.ILogger):
    """Keeps a parser's messages from the user: refusals are expected here."""

    def __init__(self) -> None:
        trt.ILogger.__init__(self)

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        pass


def _levels(graph: Graph, taken: Sequence[bool], start: int) -> list[int]:
    """Even for taken nodes, odd for others; `start` is the least level of the others."""
    levels: list[int] = []
    for i, names in enumerate(graph.reads):
        level = 0 if taken[i] else start
        for before in {graph.maker[name] for name in names if name in graph.maker}:
            level = max(level, levels[before] + (taken[before] != taken[i]))
        levels.append(level)
    return levels


def _group(graph: Graph, levels: Sequence[int]) -> list[Part]:
    groups: dict[int, list[int]] = {}
    for i, level in enumerate(levels):
        groups.setdefault(level, []).append(i)
    parts = [Part(groups[level], level % 2 == 0) for level in sorted(groups)]
    wanted = {value.name for value in graph.outputs}
    home = {i: number for number, part in enumerate(parts) for i in part.nodes}
    for i, names in enumerate(graph.reads):
        wanted.update(n for n in names if n in graph.maker and home[graph.maker[n]] != home[i])
    for part in parts:
        own = {name for i in part.nodes for name in graph.nodes[i].output if name}
        read = dict.fromkeys(name for i in part.nodes for name in graph.reads[i])
        part.inputs = [n for n in read if n not in own and n not in graph.initializers]
        part.outputs = [n for i in part.nodes for n in graph.nodes[i].output if n in wanted]
    return parts


def cut(graph: Graph, taken: Sequence[bool]) -> list[Part]:
    """The parts in the order in which they run: as few as the paths allow."""
    choices = [_group(graph, _levels(graph, taken, start)) for start in (-1, 1)]
    return min(choices, key=lambda parts: (sum(part.taken for part in parts), len(parts)))


def blamed(graph: Graph, part: Part, sentence: str) -> list[int]:
    """The nodes of the part that a refusal names, themselves or by their values; else all."""
    quoted = set(re.findall(r"'([^']*)'", sentence))
    named = [i for i in part.nodes if graph.nodes[i].name in quoted]
    values = quoted & {*part.inputs, *part.outputs}
    touching = [i for i in part.nodes if values & {*graph.reads[i], *graph.nodes[i].output}]
    return named or touching or part.nodes


def _refusals(graph: Graph, part: Part) -> dict[int, str]:
    """The nodes of the part that the parser refuses, with its sentences; empty if it takes all."""
    logger = _Quiet()
    builder = trt.Builder(logger)
    parser = trt.OnnxParser(builder.create_network(), logger)
    if parser.supports_model_v2(part.model, graph.path or None):
        return {}
    refused: dict[int, str] = {}
    for number in range(parser.num_errors):
        error = parser.get_error(number)
        is_node = 0 <= error.node() < len(part.nodes)
        nodes = [part.nodes[error.node()]] if is_node else blamed(graph, part, error.desc())
        refused.update(dict.fromkeys(nodes, error.desc()))
    return refused


def _untyped(graph: Graph, part: Part) -> dict[int, str]:
    """The nodes that read into the part what no engine can be built for."""
    unknown = {name for name in part.inputs if not graph.is_typed(name)}
    return {
        i: f"type or rank of its input '{name}' is not known"
        for i in part.nodes
        for name in graph.reads[i]
        if name in unknown
    }


def partition(
    graph: Graph, options: TensorrtOptions, refused: Mapping[int, str]
) -> tuple[list[Part], dict[int, str]]:
    """The parts, and why each node outside of trtlike's is there; `refused` says what is known."""
    excluded = "option 'trt_op_types_to_exclude' names it"
    reasons = {i: excluded for i, n in enumerate(graph.nodes) if n.op_type in options.excluded}
    reasons.update(refused)
    for _ in range(options.max_partition_iterations):
        parts = cut(graph, [i not in reasons for i in range(len(graph.nodes))])
        found: dict[int, str] = {}
        for part in filter(lambda part: part.taken, parts):
            if len(part.nodes) < options.min_subgraph_size:
                small = f"a part of {len(part.nodes)} nodes is below 'trt_min_subgraph_size'"
                found.update(dict.fromkeys(part.nodes, small))
            elif untyped := _untyped(graph, part):
                found.update(untyped)
            else:
                part.model = graph.extract(part)
                found.update(_refusals(graph, part))
        if not found:
            return parts, reasons
        reasons.update(found)
        rest.complete_types(graph)
    late = "'trt_max_partition_iterations' were over"
    reasons = {i: reasons.get(i, late) for i in range(len(graph.nodes))}
    return cut(graph, [False] * len(graph.nodes)), reasons
