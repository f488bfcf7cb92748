"""ONNX's backend interface: what onnx.backend says of models, by trtlike.

Needs the package onnx (`pip install trtlike[onnx]`).

    import onnx
    from trtlike import onnx_backend

    model = onnx_backend.prepare(onnx.load("model.onnx"))
    (scores,) = model.run([image])
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.base import Backend, BackendRep, namedtupledict

import trtlike as trt

_NEWEST_OPSET = 27
_FLOATS = (trt.float32, trt.float16, trt.bfloat16)

Arrays = dict[str, np.ndarray]
# By input: an array, a list of arrays for a sequence, or None for an optional without an element.
Feeds = dict[str, Any]
Shape = tuple[int, ...]
Span = Callable[[Shape], tuple[Shape, Shape, Shape]]


class _Log(trt.ILogger):
    """Keeps what goes wrong, for the exception."""

    def __init__(self) -> None:
        trt.ILogger.__init__(self)
        self.errors: list[str] = []

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        if int(severity) <= int(trt.ILogger.ERROR):
            self.errors.append(msg)


class _Parsed:
    """A model as a network; `errors` is empty where it is one."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.log = _Log()
        self.builder = trt.Builder(self.log)
        self.network = self.builder.create_network()
        parser = trt.OnnxParser(self.network, self.log)
        parser.parse(model.SerializeToString())
        self.errors = [parser.get_error(i) for i in range(parser.num_errors)]

    @property
    def inputs(self) -> list[trt.ITensor]:
        return [self.network.get_input(i) for i in range(self.network.num_inputs)]

    @property
    def needs_elements(self) -> bool:
        """Whether it may parse where more is known of the inputs: the elements of axes and the
        like, the length of sequences."""
        dynamic = trt.ErrorCode.UNSUPPORTED_NODE_DYNAMIC
        kind = trt.ErrorCode.UNSUPPORTED_GRAPH
        return any(
            error.code() == dynamic or (error.code() == kind and error.node() < 0)
            for error in self.errors
        )

    def check(self) -> None:
        if self.errors:
            sentences = "\n".join(error.desc() for error in self.errors)
            is_model_wrong = all("UNSUPPORTED" not in e.code().name for e in self.errors)
            raise (trt.UserError if is_model_wrong else trt.UnsupportedError)(sentences)

    def build(self, feeds: Arrays, span: Span, level: int) -> trt.IExecutionContext:
        config = self.builder.create_builder_config()
        config.builder_optimization_level = level
        profile = self.builder.create_optimization_profile()
        for tensor in self.inputs:
            array = feeds[tensor.name]
            if tensor.is_shape_tensor:
                profile.set_shape_input(tensor.name, *[array.ravel().tolist()] * 3)
            if -1 in tuple(tensor.shape):
                profile.set_shape(tensor.name, *span(array.shape))
        config.add_optimization_profile(profile)
        plan = self.builder.build_serialized_network(self.network, config)
        if plan is None:
            raise trt.UnsupportedError("\n".join(self.log.errors))
        engine = trt.Runtime(self.log).deserialize_cuda_engine(plan)
        if engine is None:
            raise trt.PlanError("\n".join(self.log.errors))
        return engine.create_execution_context()


class TrtlikeRep(BackendRep):
    """A model ready to run. There is an engine for each set of input shapes (and of input elements,
    where shapes follow from these), built when it comes first. One thread at a time runs it."""

    def __init__(self, model: onnx.ModelProto, level: int) -> None:
        self._model, self._level = model, level
        stored = {tensor.name for tensor in model.graph.initializer}
        stored |= {tensor.values.name for tensor in model.graph.sparse_initializer}
        self._inputs = [value.name for value in model.graph.input if value.name not in stored]
        self._outputs = {value.name: _is_sequence(value) for value in model.graph.output}
        self._result = namedtupledict("Outputs", list(self._outputs))
        self._contexts: dict[object, trt.IExecutionContext] = {}
        parsed = _Parsed(model)
        if not parsed.needs_elements:
            parsed.check()
        self._by_value = {x.name for x in parsed.inputs if x.is_shape_tensor}
        if parsed.needs_elements:
            self._by_value = set(self._inputs)

    def span(self, shape: Shape) -> tuple[Shape, Shape, Shape]:
        """The least, the likely and the largest shape that an input of unknown extents is built
        for when it comes with this one. A subclass may say more."""
        return shape, shape, shape

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The outputs, by position and by name; those that are sequences are lists.

        Args:
            inputs: an array for each input in the model's order, or by name; or the one array. A
                list of arrays is a sequence, None an optional without an element.

        Raises:
            ValueError, TypeError: the arrays do not fit the model.
            UnsupportedError, UserError: the model is refused for these arrays.
        """
        given = self._given(inputs)
        arrays = _flat(given)
        is_by_value = {name: name in self._by_value and arrays[name].ndim < 2 for name in arrays}
        key = tuple(
            (name, array.dtype.str, array.shape, array.tobytes() if is_by_value[name] else None)
            for name, array in arrays.items()
        )
        if key not in self._contexts:
            self._contexts[key] = self._build(given, arrays)
        context = self._contexts[key]
        engine = context.engine
        names = {engine.get_tensor_name(i) for i in range(engine.num_io_tensors)}
        results: Arrays = context.infer(  # type: ignore[attr-defined]
            {name: array for name, array in arrays.items() if name in names}
        )
        return self._result(
            *[
                _elements(results, name) if is_sequence else results[name]
                for name, is_sequence in self._outputs.items()
            ]
        )

    def _given(self, inputs: Any) -> Feeds:
        if isinstance(inputs, Mapping):
            given = dict(inputs)
        elif isinstance(inputs, list | tuple) and len(inputs) == len(self._inputs):
            given = dict(zip(self._inputs, inputs, strict=True))
        elif len(self._inputs) == 1 and not isinstance(inputs, list | tuple):
            given = {self._inputs[0]: inputs}
        else:
            count = len(inputs) if isinstance(inputs, list | tuple) else 1
            raise ValueError(
                f"[onnx_backend] run: expected arrays for {', '.join(self._inputs) or 'no input'}, "
                f"got {count} of them."
            )
        if given.keys() != set(self._inputs):
            raise ValueError(
                f"[onnx_backend] run: expected the inputs {', '.join(self._inputs)}, got "
                f"{', '.join(given)}."
            )
        return {name: given[name] for name in self._inputs}

    def _build(self, given: Feeds, arrays: Arrays) -> trt.IExecutionContext:
        """Where elements must be known, those of scalars and lists become constants, those of the
        first input only if there is no other way; so do those of floats from which shapes follow,
        which profiles cannot hold."""
        model = _with_kinds(self._model, given)
        small = [name for name, array in arrays.items() if array.ndim < 2]
        first = next(iter(arrays), "")
        parsed = _Parsed(model)
        for constants in ([name for name in small if name != first], small):
            if parsed.needs_elements:
                model = _with_constants(model, arrays, constants)
                parsed = _Parsed(model)
        parsed.check()
        floats = [x.name for x in parsed.inputs if x.is_shape_tensor and x.dtype in _FLOATS]
        if floats:
            parsed = _Parsed(_with_constants(model, arrays, floats))
        parsed.check()
        return parsed.build(arrays, self.span, self._level)


def _kind(value: onnx.ValueInfoProto) -> onnx.TypeProto:
    """The type of a value, or of an optional's element."""
    kind = value.type
    return kind.optional_type.elem_type if kind.HasField("optional_type") else kind


def _is_sequence(value: onnx.ValueInfoProto) -> bool:
    return _kind(value).HasField("sequence_type")


def _flat(given: Feeds) -> Arrays:
    """An array for each element of a sequence, none for an optional without an element."""
    arrays: Arrays = {}
    for name, value in given.items():
        if isinstance(value, list | tuple):
            elements = {f"{name}.{i}": np.asarray(element) for i, element in enumerate(value)}
            arrays |= elements
        elif value is not None:
            arrays[name] = np.asarray(value)
    return arrays


def _elements(results: Arrays, name: str) -> list[np.ndarray]:
    """Of a sequence: the parser makes an output of each element."""
    names = itertools.takewhile(results.__contains__, (f"{name}.{i}" for i in itertools.count()))
    return [results[each] for each in names]


def _with_kinds(model: onnx.ModelProto, given: Feeds) -> onnx.ModelProto:
    """The model where each input is a tensor: sequences and optionals are made of what comes."""
    if all(value.type.HasField("tensor_type") for value in model.graph.input):
        return model
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.input[:], copy.graph.node[:]
    for value in model.graph.input:
        came = given.get(value.name)
        if isinstance(came, list | tuple):
            arrays = _flat({value.name: came})
            inputs = [_describe(name, array.dtype, array.shape) for name, array in arrays.items()]
            copy.graph.input.extend(inputs)
            make = "SequenceConstruct" if came else "SequenceEmpty"
            copy.graph.node.append(helper.make_node(make, list(arrays), [value.name]))
        elif value.type.HasField("optional_type") and came is None:
            kind = value.type.optional_type.elem_type
            copy.graph.node.append(helper.make_node("Optional", [], [value.name], type=kind))
        else:
            info = copy.graph.input.add(name=value.name)
            info.type.CopyFrom(_kind(value))
    copy.graph.node.extend(model.graph.node)
    return copy


def _with_constants(
    model: onnx.ModelProto, arrays: Arrays, names: Sequence[str]
) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    stored = {tensor.name for tensor in model.graph.initializer}
    tensors = [numpy_helper.from_array(arrays[name], name) for name in names if name not in stored]
    copy.graph.initializer.extend(tensors)
    return copy


class TrtlikeBackend(Backend):
    """onnx.backend.base.Backend by trtlike; the functions of this module are its methods."""

    @classmethod
    def is_compatible(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> bool:
        """Whether the parser takes the model: at once, or once the elements of inputs are known."""
        parsed = _Parsed(model)
        return cls.supports_device(device) and (not parsed.errors or parsed.needs_elements)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device.split(":")[0] == "CPU"

    @classmethod
    def prepare(
        cls,
        model: onnx.ModelProto,
        device: str = "CPU",
        builder_optimization_level: int = 3,
        **kwargs: Any,
    ) -> TrtlikeRep:
        """A model ready to run.

        Raises:
            UnsupportedError, UserError: the parser does not take it, in the parser's words.
        """
        if not cls.supports_device(device):
            raise trt.UnsupportedError(f"[onnx_backend] device: expected CPU, got {device}.")
        return TrtlikeRep(model, builder_optimization_level)

    @classmethod
    def run_model(
        cls, model: onnx.ModelProto, inputs: Any, device: str = "CPU", **kwargs: Any
    ) -> tuple[Any, ...]:
        return cls.prepare(model, device, **kwargs).run(inputs)

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Sequence[tuple[Any, tuple[int, ...]]] | None = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """Runs one node on arrays.

        Args:
            inputs: an array for each input of the node, None for absent ones, or a mapping by name.
            outputs_info: element type and shape of each output, where they are known.
            kwargs: `opset_version`, of the node's domain; what `prepare` takes.
        """
        given = inputs if isinstance(inputs, Mapping) else _by_name(node, inputs)
        feeds = {name: np.asarray(array) for name, array in given.items()}
        version = kwargs.pop("opset_version", None) or _newest_opset(node.domain)
        info: list[tuple[Any, Any]] = [(None, None)] * len(node.output)
        graph = helper.make_graph(
            [node],
            node.op_type,
            [_describe(name, array.dtype, array.shape) for name, array in feeds.items()],
            [
                _describe(name, *told)
                for name, told in zip(node.output, outputs_info or info, strict=True)
                if name
            ],
        )
        opsets = [helper.make_opsetid(node.domain, version)]
        model = helper.make_model(graph, opset_imports=opsets)
        return cls.run_model(model, feeds, device, **kwargs)


def _by_name(node: onnx.NodeProto, inputs: Any) -> Mapping[str, Any]:
    arrays = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    names = list(node.input)
    if len(arrays) != len(names):
        names = [name for name in names if name]
    if len(arrays) > len(names):
        raise ValueError(
            f"[onnx_backend] run_node: expected arrays for {', '.join(names) or 'no input'}, got "
            f"{len(arrays)} of them."
        )
    return {
        name: array
        for name, array in zip(names, arrays, strict=False)
        if name and array is not None
    }


def _newest_opset(domain: str) -> int:
    if domain in ("", "ai.onnx"):
        return min(_NEWEST_OPSET, onnx.defs.onnx_opset_version())
    versions = [s.since_version for s in onnx.defs.get_all_schemas() if s.domain == domain]
    return max(versions, default=1)


def _describe(name: str, dtype: Any, shape: Any) -> onnx.ValueInfoProto:
    kind = 0 if dtype is None else helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return helper.make_tensor_value_info(name, kind, shape)


is_compatible = TrtlikeBackend.is_compatible
prepare = TrtlikeBackend.prepare
run = TrtlikeBackend.run_model
run_model = TrtlikeBackend.run_model
run_node = TrtlikeBackend.run_node
supports_device = TrtlikeBackend.supports_device

__all__ = [
    "TrtlikeBackend",
    "TrtlikeRep",
    "is_compatible",
    "prepare",
    "run",
    "run_model",
    "run_node",
    "supports_device",
]
