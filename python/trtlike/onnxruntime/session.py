"""InferenceSession: the parts of a model, made and run one after the other."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trtlike.onnxruntime.cache import Timings
from trtlike.onnxruntime.engine import BuildRefused, EnginePart
from trtlike.onnxruntime.graph import (
    Graph,
    Part,
    element_type,
    numpy_helper,
    numpy_type,
    shape_of,
    type_name,
)
from trtlike.onnxruntime.options import CPU, TENSORRT, TensorrtOptions, logger, read_providers
from trtlike.onnxruntime.partition import blamed, partition
from trtlike.onnxruntime.rest import RestPart
from trtlike.onnxruntime.values import IOBinding, ModelMetadata, NodeArg, OrtValue, as_array


class _Input:
    """What an input of the model takes."""

    def __init__(self, value: Any):
        self._name, self._type, self._shape = value.name, type_name(value), shape_of(value)
        number = element_type(value)
        self._dtype = numpy_type(number) if number else None
        self._extents = [(i, n) for i, n in enumerate(self._shape or ()) if isinstance(n, int)]

    def checked(self, given: Any) -> Any:
        """The value as an array, where it is a tensor."""
        if self._dtype is None:
            return given
        array = np.asarray(as_array(given))
        is_text = self._dtype.kind == "O" and array.dtype.kind in "US"
        if array.dtype != self._dtype and not is_text:
            raise ValueError(
                f"[onnxruntime] input '{self._name}': expected {self._type}, an array of "
                f"{self._dtype}, got one of {array.dtype}."
            )
        if self._shape is not None and (
            len(self._shape) != array.ndim or any(array.shape[i] != n for i, n in self._extents)
        ):
            raise ValueError(
                f"[onnxruntime] input '{self._name}': expected a shape of {self._shape}, got "
                f"{list(array.shape)}."
            )
        return array


class InferenceSession:
    """A model ready to run, as onnxruntime.InferenceSession.

    Args:
        path_or_bytes: a model file, or the bytes of one.
        sess_options: ONNX Runtime's or ours.
        providers: names, or names with options, in order of preference; what trtlike refuses runs
            on the CPU by ONNX Runtime.

    Raises:
        ValueError: a provider or an option that is not known, or not a value for it.
        UnsupportedError: trtlike refuses a node, and ONNX Runtime is not installed.
    """

    def __init__(
        self,
        path_or_bytes: Any,
        sess_options: Any = None,
        providers: Sequence[Any] | None = None,
        provider_options: Sequence[Mapping[str, Any]] | None = None,
        **_: Any,
    ):
        self._session_options = sess_options
        self._graph = Graph(path_or_bytes)
        self._inputs = {value.name: _Input(value) for value in self._graph.inputs}
        self._output_names = [value.name for value in self._graph.outputs]
        initializers, folder = self._graph.initializers, self._graph.folder
        self._constants = {
            name: numpy_helper.to_array(initializers[name], folder)
            for name in self._output_names
            if name in initializers
        }
        self.set_providers(providers, provider_options)

    def set_providers(
        self,
        providers: Sequence[Any] | None = None,
        provider_options: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Cuts the model for these providers."""
        self._providers = read_providers(providers, provider_options)
        self._options = TensorrtOptions(self._providers.get(TENSORRT, {}))
        self._reasons: dict[int, str] = {}
        self._timings = Timings(self._options)
        self._made: dict[bytes, EnginePart | RestPart] = {}
        self._parts: list[tuple[Part, EnginePart | RestPart]] = []
        self._assemble()
        self._check_ranges()

    def _cut(self) -> list[Part]:
        if TENSORRT not in self._providers:
            nodes = range(len(self._graph.nodes))
            self._reasons = dict.fromkeys(nodes, f"{TENSORRT} is not among the providers")
        parts, self._reasons = partition(self._graph, self._options, self._reasons)
        for part in parts:
            if not part.taken:
                part.model = self._graph.extract(part)
        return parts

    def _assemble(self) -> None:
        """Cuts the graph and makes the parts; those that were there before are kept."""
        while True:
            self._parts = []
            try:
                for part in self._cut():
                    self._parts.append((part, self._made.get(part.model) or self._make(part)))
            except BuildRefused as error:
                self._refuse(error)
            else:
                break
        self._made = {part.model: runner for part, runner in self._parts}
        if self._options.dump_subgraphs:
            for number, part in enumerate(part for part, _ in self._parts if part.taken):
                prefix = self._options.engine_cache_prefix or TENSORRT
                Path(f"{prefix}_{number}.onnx").write_bytes(part.model)

    def _make(self, part: Part) -> EnginePart | RestPart:
        if part.taken:
            runner: EnginePart | RestPart = EnginePart(
                self._graph, part, self._options, self._timings
            )
        else:
            first = next(i for i in part.nodes if i in self._reasons)
            node = self._graph.nodes[first]
            refusal = f"node {first} '{node.name}' ({node.op_type}): {self._reasons[first]}"
            runner = RestPart(self._graph, part, refusal, self._session_options)
        self._made[part.model] = runner
        return runner

    def _refuse(self, error: BuildRefused) -> None:
        """Nodes with which a part cannot be built go to ONNX Runtime."""
        nodes = blamed(self._graph, error.part, str(error))
        logger.warning(
            "[onnxruntime] nodes %s run in ONNX Runtime, no engine can be built with them: %s",
            ", ".join(f"'{self._graph.nodes[i].name}'" for i in nodes[:8]),
            error,
        )
        self._reasons.update(dict.fromkeys(nodes, str(error)))

    def _check_ranges(self) -> None:
        known = {name for part, _ in self._parts if part.taken for name in part.inputs}
        for name in self._options.ranges.keys() - known:
            raise ValueError(
                "[onnxruntime] options trt_profile_..._shapes: expected inputs of trtlike's parts, "
                f"{', '.join(sorted(known)) or 'of which there are none'}; got '{name}'."
            )

    def disable_fallback(self) -> None:
        """There is no other session to fall back to."""

    def enable_fallback(self) -> None:
        """There is no other session to fall back to."""

    def get_inputs(self) -> list[NodeArg]:
        return [NodeArg(v.name, type_name(v), shape_of(v)) for v in self._graph.inputs]

    def get_outputs(self) -> list[NodeArg]:
        typed = [self._graph.types.get(v.name, v) for v in self._graph.outputs]
        return [NodeArg(v.name, type_name(v), shape_of(v)) for v in typed]

    def get_overridable_initializers(self) -> list[NodeArg]:
        """None: initializers are constants of the engines."""
        return []

    def get_providers(self) -> list[str]:
        return list(self._providers)

    def get_provider_options(self) -> dict[str, dict[str, Any]]:
        return {name: dict(options) for name, options in self._providers.items()}

    def get_session_options(self) -> Any:
        return self._session_options

    def get_modelmeta(self) -> ModelMetadata:
        model = self._graph.model
        own = {entry.key: entry.value for entry in model.metadata_props}
        return ModelMetadata(
            model.producer_name,
            model.graph.name,
            model.domain,
            model.doc_string,
            model.graph.doc_string,
            model.model_version,
            own,
        )

    def get_provider_graph_assignment_info(self) -> list[dict[str, Any]]:
        """The parts in the order in which they run: provider, nodes, and why a node was refused."""
        return [
            {
                "provider": TENSORRT if part.taken else CPU,
                "nodes": [
                    self._graph.nodes[i].name or self._graph.nodes[i].op_type for i in part.nodes
                ],
                "reasons": {i: self._reasons[i] for i in part.nodes if i in self._reasons},
            }
            for part, _ in self._parts
        ]

    def _check_feed(self, feed: Mapping[str, Any]) -> dict[str, Any]:
        if feed.keys() != self._inputs.keys():
            raise ValueError(
                f"[onnxruntime] inputs: expected {', '.join(self._inputs)}, got "
                f"{', '.join(feed) or 'none'}."
            )
        return {name: known.checked(feed[name]) for name, known in self._inputs.items()}

    def _wanted(self, names: Sequence[str] | None) -> list[str]:
        known = self._output_names
        for name in names or ():
            if name not in known:
                raise ValueError(
                    f"[onnxruntime] outputs: expected names among {', '.join(known)}, got '{name}'."
                )
        return list(names) if names else known

    def _run(self, feed: Mapping[str, Any], targets: Mapping[str, np.ndarray]) -> dict[str, Any]:
        values = {**self._constants, **self._check_feed(feed)}
        while True:
            try:
                for part, runner in self._parts:
                    feeds = {name: values[name] for name in part.inputs}
                    values.update(runner.run(feeds, targets))
                return values
            except BuildRefused as error:
                self._refuse(error)
                self._assemble()

    def run(
        self,
        output_names: Sequence[str] | None,
        input_feed: Mapping[str, Any],
        run_options: Any = None,
    ) -> list[Any]:
        """The outputs, all of them or those named.

        Raises:
            ValueError: an input is missing, unknown, or of another type or shape than the model's.
        """
        wanted = self._wanted(output_names)
        values = self._run(input_feed, {})
        return [values[name] for name in wanted]

    def run_with_ort_values(
        self,
        output_names: Sequence[str] | None,
        input_dict_ort_values: Mapping[str, Any],
        run_options: Any = None,
    ) -> list[OrtValue]:
        return [OrtValue(array) for array in self.run(output_names, input_dict_ort_values)]

    def io_binding(self) -> IOBinding:
        return IOBinding(self)

    def run_with_iobinding(self, iobinding: IOBinding, run_options: Any = None) -> None:
        """Reads and writes the memory that is bound; outputs without any are allocated."""
        targets = {n: t for n, t in iobinding.targets.items() if t is not None}
        values = self._run(iobinding.inputs, targets)
        for name in iobinding.targets:
            if name in targets and values[name] is not targets[name]:
                np.copyto(targets[name], values[name])
                values[name] = targets[name]
            iobinding.results[name] = values[name]
