"""The backend of torch.compile: `torch.compile(model, backend="trtlike", options={...})`.

Graphs are compiled for inference. Where an input requires a gradient, or the module is in training
mode, a graph runs in PyTorch, with a warning.
"""

import contextlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch._dynamo import register_backend
from torch.fx import GraphModule, Node
from torch.fx.graph import CodeGen

from trtlike.torch import tracing
from trtlike.torch.engine import quiet_exporter
from trtlike.torch.graphs import NotFullyCompiled, Report, compile_program
from trtlike.torch.ranges import Extent, bounded
from trtlike.torch.settings import Settings, logger, read_settings

# A graph that is asked for with more sets of weights and numbers than this stays in PyTorch.
_MOST_VARIANTS = 8


def _is_weight(node: Node, example: Any) -> bool:
    """A parameter, a buffer or a constant of the module, which torch.compile passes as an input."""
    if isinstance(example, torch.nn.Parameter):
        return True
    return getattr(example, "_dynamo_static_input_type", None) is not None


def _is_wrapped_number(node: Node, example: Any) -> bool:
    """A Python float that torch.compile passes as a tensor."""
    return isinstance(example, torch.Tensor) and "tensor_dict" not in node.meta


def _find_size(node: Node, tensors: Sequence[Node]) -> tuple[Node, int] | None:
    """The tensor and axis whose extent the number is."""
    wanted = node.meta["example_value"].node.expr
    for tensor in tensors:
        for axis, size in enumerate(tensor.meta["example_value"].shape):
            if isinstance(size, torch.SymInt) and size.node.expr == wanted:
                return tensor, axis
    return None


def _open_axes(node: Node) -> dict[int, Extent]:
    """The axes that torch.compile left open, with their ranges."""
    axes: dict[int, Extent] = {}
    for axis, size in enumerate(node.meta["example_value"].shape):
        if not isinstance(size, torch.SymInt) or not size.node.expr.free_symbols:
            continue
        span = size.node.shape_env.bound_sympy(size.node.expr)
        low, high = (int(bound) if bound.is_Integer else None for bound in (span.lower, span.upper))
        axes[axis] = bounded(low, int(size.node.hint), high)
    return axes


class _Graph:
    """A graph of torch.compile, which says what of its arguments an engine reads."""

    def __init__(self, module: GraphModule, examples: Sequence[Any]):
        self.module = module
        nodes = [node for node in module.graph.nodes if node.op == "placeholder"]
        self.tensors: list[int] = []
        self.weights: list[int] = []
        self.numbers: list[int] = []
        self.sizes: list[int] = []
        for place, (node, example) in enumerate(zip(nodes, examples, strict=True)):
            if not isinstance(example, torch.Tensor):
                self.numbers.append(place)
            elif _is_weight(node, example):
                self.weights.append(place)
            elif _is_wrapped_number(node, example):
                self.numbers.append(place)
            else:
                self.tensors.append(place)
        inputs = [nodes[place] for place in self.tensors]
        self._sources = {}
        for place in list(self.numbers):
            is_size = isinstance(examples[place], torch.SymInt)
            if is_size and (source := _find_size(nodes[place], inputs)):
                self._sources[place] = (self.tensors[inputs.index(source[0])], source[1])
                self.numbers.remove(place)
        self.axes = [_open_axes(node) for node in inputs]

    def bound_to(self, args: Sequence[Any]) -> GraphModule:
        """The graph as a function of the tensors, with these weights and numbers inside."""
        graph = torch.fx.Graph()
        state: dict[str, Any] = {}
        made: dict[Node, Any] = {}
        held = {*self.weights, *self.numbers}
        nodes = [node for node in self.module.graph.nodes if node.op == "placeholder"]
        for place, node in enumerate(nodes):
            if place in self.tensors:
                made[node] = graph.placeholder(node.name)
        for place, node in enumerate(nodes):
            if place in self._sources:
                tensor, axis = self._sources[place]
                made[node] = graph.call_method("size", (made[nodes[tensor]], axis))
            elif not node.users:
                made[node] = None
            elif place in held:
                self._hold(graph, made, state, node, args[place])
        output = graph.graph_copy(self.module.graph, made)
        graph.output(output)
        root = torch.nn.Module()
        for name, child in self.module.named_children():
            root.add_module(name, child)
        for node in graph.nodes:
            if node.op == "get_attr" and node.target not in state and "." not in node.target:
                state[node.target] = getattr(self.module, node.target)
        for name, value in state.items():
            setattr(root, name, value)
        return GraphModule(root, graph)

    @staticmethod
    def _hold(
        graph: torch.fx.Graph, made: Any, state: dict[str, Any], node: Node, value: Any
    ) -> None:
        if isinstance(value, torch.Tensor) and "tensor_dict" in node.meta:
            state[f"held_{node.name}"] = value
            made[node] = graph.get_attr(f"held_{node.name}")
            return
        number = value.item() if isinstance(value, torch.Tensor) else value
        for user in list(node.users):
            if user.op == "call_method" and user.target == "item":
                made[user] = number
        made[node] = number


def _version(tensor: torch.Tensor) -> int:
    return -1 if tensor.is_inference() else tensor._version


class CompiledGraph:
    """What torch.compile calls: compiled again where weights or numbers have changed."""

    def __init__(self, graph: _Graph, settings: Settings):
        self._graph, self._settings = graph, settings
        self._variants: dict[Any, Callable[..., Any]] = {}
        # Weights are known by their addresses, which stay theirs while these live.
        self._kept: list[Any] = []
        self._in_torch = False

    def _key(self, args: Sequence[Any]) -> tuple[Any, ...]:
        weights = [args[place] for place in self._graph.weights]
        numbers = [args[place] for place in self._graph.numbers]
        return (
            *map(id, weights),
            *map(_version, weights),
            *(n.item() if isinstance(n, torch.Tensor) else n for n in numbers),
        )

    def __call__(self, *args: Any) -> Any:
        if self._in_torch:
            return self._graph.module(*args)
        run = self._variants.get(self._key(args))
        if run is None:
            self.prepare(args)
            return self(*args)
        return run(*[args[place] for place in self._graph.tensors])

    def prepare(self, args: Sequence[Any]) -> None:
        """Compiles for these weights and numbers, or leaves the graph to PyTorch."""
        try:
            if len(self._variants) == _MOST_VARIANTS:
                raise tracing.Refused(
                    f"its weights or numbers had {_MOST_VARIANTS} different values already"
                )
            if self._variants:
                logger.warning(
                    "[torch] a graph: expected the weights and numbers that it was compiled for, "
                    "got others; it is compiled again for these."
                )
            self._variants[self._key(args)] = self._compile(args)
            self._kept.append([args[place] for place in self._graph.weights])
        except tracing.Refused as refusal:
            warn_of(str(refusal))
            self._in_torch = True
            self._variants.clear()
            self._kept.clear()

    def _compile(self, args: Sequence[Any]) -> Callable[..., Any]:
        """The graph as a function of its tensors; Refused where it stays in PyTorch."""
        graph = self._graph
        with contextlib.ExitStack() as stack:
            for context in tracing.outside_of_dynamo():
                stack.enter_context(context)
            bound = graph.bound_to(args)
            examples, shapes = [], []
            for place, axes in zip(graph.tensors, graph.axes, strict=True):
                shape = list(map(int, args[place].shape))
                for axis, extent in axes.items():
                    shape[axis] = extent.trace
                examples.append(torch.zeros(shape, dtype=args[place].dtype))
                shapes.append(tracing.auto_dims(examples[-1], list(axes)))
            try:
                with quiet_exporter():
                    program = tracing.export(
                        bound, examples, {}, tuple(shapes), self._settings.torch_executed_ops
                    )
                extents = tracing.find_extents(program.graph, _skip_state(program, graph.axes))
                module, _ = compile_program(program, extents, self._settings)
            except (NotFullyCompiled, tracing.Refused):
                raise
            except Exception as error:
                reason = str(error.__cause__ or error).strip().partition("\n")[0]
                raise tracing.Refused(f"torch.export: {reason}") from error
        module.graph.set_codegen(CodeGen())
        module.recompile()
        return module.forward


def _skip_state(program: Any, axes: Sequence[Any]) -> list[Any]:
    """What is known of each placeholder: nothing of weights, which come first."""
    count = sum(node.op == "placeholder" for node in program.graph.nodes)
    return [None] * (count - len(axes)) + list(axes)


def warn_of(reason: str) -> None:
    """A graph runs in PyTorch."""
    warnings.warn(f"[torch] a graph runs in PyTorch: {reason}.", stacklevel=2)


def _wants_gradient(graph: _Graph, examples: Sequence[Any]) -> bool:
    return torch.is_grad_enabled() and any(examples[p].requires_grad for p in graph.tensors)


def trtlike_backend(
    module: GraphModule,
    example_inputs: Sequence[Any],
    *,
    options: Mapping[str, Any] | None = None,
    mode: str | None = None,
    **more: Any,
) -> Callable[..., Any]:
    """Compiles a graph of torch.compile; `options` are those of `trtlike.torch.compile`."""
    settings = read_settings({**(options or {}), **more})
    if not any(node.op.startswith("call_") for node in module.graph.nodes):
        return module.forward
    graph = _Graph(module, example_inputs)
    if _wants_gradient(graph, example_inputs):
        warn_of("an input requires a gradient, and engines have none; use torch.no_grad()")
        return module.forward
    compiled = CompiledGraph(graph, settings)
    compiled.prepare([_concrete(example) for example in example_inputs])
    return compiled


def _concrete(example: Any) -> Any:
    """The number that a symbol stands for, without a guard that fixes it."""
    return example.node.hint if isinstance(example, torch.SymInt) else example


def register() -> None:
    """Makes the name known where trtlike is not installed as a package."""
    from torch._dynamo.backends.registry import _BACKENDS

    if "trtlike" not in _BACKENDS:
        register_backend(trtlike_backend, name="trtlike")


__all__ = ["Report", "register", "trtlike_backend"]
