"""An ONNX graph to cut from: who makes and reads each value, its type, and models of some nodes."""

import functools
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

try:
    import onnx
    from onnx import helper, numpy_helper, shape_inference
except ImportError as error:
    raise ImportError(
        "[onnxruntime] trtlike.onnxruntime: expected the package onnx, got none. Install "
        "trtlike[onnxruntime]."
    ) from error

_CONSTANT_VALUES = {
    "value_float": np.float32,
    "value_floats": np.float32,
    "value_int": np.int64,
    "value_ints": np.int64,
}
_TYPE_NAMES = {number: name.lower() for name, number in onnx.TensorProto.DataType.items()}
_TYPE_NUMBERS = {name: number for number, name in _TYPE_NAMES.items()}


def _constant(node: Any) -> Any:
    """The tensor of a Constant node; None for text and sparse ones."""
    attribute = node.attribute[0]
    if attribute.name == "value":
        tensor = onnx.TensorProto()
        tensor.CopyFrom(attribute.t)
        tensor.name = node.output[0]
        return tensor
    if attribute.name not in _CONSTANT_VALUES:
        return None
    value = np.array(helper.get_attribute_value(attribute), _CONSTANT_VALUES[attribute.name])
    return numpy_helper.from_array(value, node.output[0])


def _subgraphs(node: Any) -> list[Any]:
    graphs = [attribute.g for attribute in node.attribute if attribute.HasField("g")]
    return graphs + [graph for attribute in node.attribute for graph in attribute.graphs]


def _free_values(graph: Any) -> set[str]:
    """What a subgraph reads from around it."""
    own = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
    read: set[str] = {value.name for value in graph.output}
    for node in graph.node:
        read.update(readings(node))
        own.update(node.output)
    return read - own


def readings(node: Any) -> list[str]:
    """The values that a node reads, those of its subgraphs included."""
    names = [name for name in node.input if name]
    for graph in _subgraphs(node):
        names += sorted(_free_values(graph) - set(names))
    return names


@dataclass
class Part:
    """Nodes that run together: by trtlike, where it takes them."""

    nodes: list[int]
    taken: bool
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    model: bytes = b""


class Graph:
    """A model, its constants as initializers; external data stays where it lies."""

    def __init__(self, source: Any):
        is_path = isinstance(source, str | os.PathLike)
        self.path = str(source) if is_path else ""
        if is_path:
            self.model = onnx.load(str(source), load_external_data=False)
        else:
            self.model = onnx.load_model_from_string(bytes(source))
        graph = self.model.graph
        self.initializers = {tensor.name: tensor for tensor in graph.initializer}
        self.nodes: list[Any] = []
        for node in graph.node:
            tensor = _constant(node) if node.op_type == "Constant" else None
            if tensor is None:
                self.nodes.append(node)
            else:
                self.initializers[tensor.name] = tensor
        self._name_nodes()
        self.reads = [readings(node) for node in self.nodes]
        self.maker = {name: i for i, node in enumerate(self.nodes) for name in node.output if name}
        self.inputs = [v for v in graph.input if v.name not in self.initializers]
        self.outputs = list(graph.output)
        self.types: dict[str, Any] = {}
        self._infer_types()

    @property
    def folder(self) -> str:
        return str(Path(self.path).parent) if self.path else ""

    def _name_nodes(self) -> None:
        """Every node gets a name of its own, by which messages can be told to mean it."""
        seen: set[str] = set()
        for i, node in enumerate(self.nodes):
            if not node.name or node.name in seen:
                node.name = f"{node.op_type}_{i}"
            seen.add(node.name)

    def _infer_types(self) -> None:
        try:
            graph = shape_inference.infer_shapes(self.model, data_prop=True).graph
        except Exception:  # a model that onnx cannot follow may still run
            graph = self.model.graph
        for value in (*graph.value_info, *graph.output, *graph.input):
            self._note_type(value)

    def _note_type(self, value: Any) -> None:
        if value.type.WhichOneof("value") is not None:
            self.types[value.name] = value

    def is_typed(self, name: str) -> bool:
        """Whether type and rank are known."""
        kind = self.types[name].type if name in self.types else None
        return kind is not None and (
            not kind.HasField("tensor_type") or kind.tensor_type.HasField("shape")
        )

    def untyped(self) -> list[str]:
        """The values whose type or rank is not known."""
        return [name for name in self.maker if not self.is_typed(name)]

    def with_outputs(self, names: Sequence[str]) -> bytes:
        """The model with these values as outputs, for a runtime that infers more types."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        del model.graph.output[:]
        model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
        return model.SerializeToString()

    def note_tensor(self, name: str, type_text: str, shape: Sequence[Any]) -> None:
        """Takes a type from ONNX Runtime, such as 'tensor(float)'."""
        if found := re.fullmatch(r"tensor\((\w+)\)", type_text):
            number = _TYPE_NUMBERS[found[1]]
            self._note_type(helper.make_tensor_value_info(name, number, shape))

    def extract(self, part: Part) -> bytes:
        """A model of the part, with the initializers that it reads."""
        model = onnx.ModelProto()
        model.ir_version = self.model.ir_version
        model.opset_import.extend(self.model.opset_import)
        model.functions.extend(self.model.functions)
        graph = model.graph
        graph.name = self.model.graph.name
        graph.node.extend(self.nodes[i] for i in part.nodes)
        used = sorted(
            {value for i in part.nodes for value in self.reads[i]} & self.initializers.keys()
        )
        graph.initializer.extend(self.initializers[value] for value in used)
        graph.input.extend(self._value(value) for value in part.inputs)
        graph.output.extend(self._value(value) for value in part.outputs)
        return model.SerializeToString()

    def _value(self, name: str) -> Any:
        return self.types.get(name) or onnx.ValueInfoProto(name=name)

    @functools.cached_property
    def external_digest(self) -> str:
        """A hash of the files that hold the weights, for the key of an engine."""
        digest = hashlib.sha256()
        for location in sorted(self._external_files()):
            with open(Path(self.folder) / location, "rb") as file:
                while chunk := file.read(1 << 22):
                    digest.update(chunk)
        return digest.hexdigest()

    def _external_files(self) -> Iterable[str]:
        return {
            entry.value
            for tensor in self.initializers.values()
            for entry in tensor.external_data
            if entry.key == "location"
        }


def element_type(value: Any) -> int:
    """ONNX's number of the element type; 0 for what is no tensor."""
    kind = value.type
    return kind.tensor_type.elem_type if kind.HasField("tensor_type") else 0


def _extent(dim: Any) -> int | str | None:
    if dim.HasField("dim_value"):
        return dim.dim_value if dim.dim_value >= 0 else None
    return dim.dim_param or None


def shape_of(value: Any) -> list[int | str | None] | None:
    """The extents: a number, a symbol, or None where neither is known; None without a rank."""
    if not value.type.HasField("tensor_type") or not value.type.tensor_type.HasField("shape"):
        return None
    return [_extent(dim) for dim in value.type.tensor_type.shape.dim]


def numpy_type(elem_type: int) -> np.dtype[Any]:
    return np.dtype(helper.tensor_dtype_to_np_dtype(elem_type))


def type_name(value: Any) -> str:
    """As ONNX Runtime writes it: 'tensor(float)'."""
    kind = value.type.WhichOneof("value") or "unknown"
    number = element_type(value)
    return f"tensor({_TYPE_NAMES[number]})" if number else kind.removesuffix("_type")
