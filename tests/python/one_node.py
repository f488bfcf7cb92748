"""A model of one node: built, run, and computed by an oracle."""

from collections.abc import Sequence

import numpy as np
import onnx
from conftest import ListLogger, load
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import trtlike as trt

Inputs = list[np.ndarray | None]


class Draw:
    """Choices and arrays at random."""

    def __init__(self, seed: int, dtype: type = np.float32):
        self.rng = np.random.default_rng(seed)
        self.dtype = dtype

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self) -> bool:
        return bool(self.rng.integers(2))

    def floats(self, *shape: int, low: float = -1, high: float = 1) -> np.ndarray:
        return self.rng.uniform(low, high, shape).astype(self.dtype)

    def ints(self, count: int, low: int, high: int) -> list[int]:
        return [int(i) for i in self.rng.integers(low, high + 1, count)]

    def maybe(self, *shape: int) -> np.ndarray | None:
        return self.floats(*shape) if self.chance() else None


def _opsets_of(domain: str) -> list[onnx.OperatorSetIdProto]:
    versions = {"ai.onnx.preview": 1, "com.microsoft": 1, "ai.onnx.ml": 4}
    return [helper.make_opsetid(domain, versions[domain])] if domain else []


class OneNode:
    """One node on the given inputs (None: absent). Those named in `constants` are initializers,
    those in `dynamic` have no known extents, or none on `dynamic_axes`."""

    def __init__(
        self,
        op: str,
        inputs: Sequence[np.ndarray | None],
        attributes: dict | None = None,
        opset: int = 22,
        outputs: int = 1,
        constants: Sequence[int] = (),
        dynamic: Sequence[int] = (),
        output_types: Sequence[int] | None = None,
        domain: str = "",
        dynamic_axes: Sequence[int] | None = None,
    ):
        names = ["" if array is None else f"x{i}" for i, array in enumerate(inputs)]
        self.names = [f"y{i}" for i in range(outputs)]
        self.feeds = {
            f"x{i}": array
            for i, array in enumerate(inputs)
            if array is not None and i not in constants
        }
        self.dynamic = [f"x{i}" for i in dynamic]
        self.dynamic_axes = dynamic_axes
        types = output_types or [0] * outputs
        graph = helper.make_graph(
            [helper.make_node(op, names, self.names, domain=domain, **(attributes or {}))],
            "one_node",
            [self._describe(name, array) for name, array in self.feeds.items()],
            [
                helper.make_tensor_value_info(name, type, None)
                for name, type in zip(self.names, types, strict=True)
            ],
            [numpy_helper.from_array(inputs[i], f"x{i}") for i in constants],
        )
        self.model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", opset), *_opsets_of(domain)],
            ir_version=10,
        )

    def _describe(self, name: str, array: np.ndarray) -> onnx.ValueInfoProto:
        axes = range(array.ndim) if self.dynamic_axes is None else self.dynamic_axes
        is_open = name in self.dynamic
        dims = [None if is_open and i in axes else n for i, n in enumerate(array.shape)]
        return helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), dims
        )

    def build(self, level: int = 3) -> trt.ICudaEngine:
        log = ListLogger()
        builder = trt.Builder(log)
        network = builder.create_network()
        parser = trt.OnnxParser(network, log)
        parsed = parser.parse(self.model.SerializeToString())
        assert parsed, [str(parser.get_error(i)) for i in range(parser.num_errors)]
        profile = builder.create_optimization_profile()
        for i in range(network.num_inputs):
            tensor = network.get_input(i)
            array = self.feeds[tensor.name]
            if tensor.is_shape_tensor:
                profile.set_shape_input(tensor.name, *[array.ravel().tolist()] * 3)
            if tensor.name in self.dynamic:
                profile.set_shape(tensor.name, *[array.shape] * 3)
        config = builder.create_builder_config()
        config.builder_optimization_level = level
        config.add_optimization_profile(profile)
        plan = builder.build_serialized_network(network, config)
        assert plan is not None, log.text
        return load(plan)

    def run(self, level: int = 3) -> list[np.ndarray]:
        outputs = self.build(level).create_execution_context().infer(self.feeds)
        return [outputs[name] for name in self.names]

    def expected(self) -> list[np.ndarray]:
        """What onnx's reference evaluator computes."""
        with np.errstate(all="ignore"):
            return ReferenceEvaluator(self.model).run(None, self.feeds)

    def to_half(self) -> None:
        """Makes its floats halves: inputs, constants and declared outputs."""
        for value in [*self.model.graph.input, *self.model.graph.output]:
            if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
                value.type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
        for tensor in self.model.graph.initializer:
            array = numpy_helper.to_array(tensor)
            if array.dtype == np.float32:
                tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), tensor.name))
        for name, array in self.feeds.items():
            if array.dtype == np.float32:
                self.feeds[name] = array.astype(np.float16)
