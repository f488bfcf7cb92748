"""What trtlike does not take: parts that run in ONNX Runtime, where it is installed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import trtlike as trt
from trtlike.onnxruntime.graph import Graph, Part
from trtlike.onnxruntime.options import SessionOptions, logger

_FOLDER = "session.model_external_initializers_file_folder_path"


def _import() -> Any:
    """The package onnxruntime, None where it is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    return onnxruntime


def _options(runtime: Any, given: Any, graph: Graph) -> Any:
    if isinstance(given, runtime.SessionOptions):
        return given
    options = runtime.SessionOptions()
    own = given or SessionOptions()
    options.intra_op_num_threads = own.intra_op_num_threads
    options.log_severity_level = max(own.log_severity_level, 3)
    if own.graph_optimization_level is not None:
        options.graph_optimization_level = own.graph_optimization_level
    for key, value in own.config_entries.items():
        options.add_session_config_entry(key, value)
    if graph.folder:
        options.add_session_config_entry(_FOLDER, graph.folder)
    return options


def complete_types(graph: Graph) -> None:
    """Asks ONNX Runtime for the types that onnx could not infer."""
    runtime, names = _import(), graph.untyped()
    if runtime is None or not names:
        return
    options = _options(runtime, None, graph)
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = runtime.InferenceSession(
            graph.with_outputs(names), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the part itself will say what is wrong
        logger.debug("[onnxruntime] types are not known: %s", error)
        return
    for output in session.get_outputs():
        if output.shape is not None:
            graph.note_tensor(output.name, output.type, output.shape)


class RestPart:
    """Nodes that ONNX Runtime runs."""

    def __init__(self, graph: Graph, part: Part, refusal: str, given: Any):
        runtime = _import()
        if runtime is None:
            raise trt.UnsupportedError(
                "[onnxruntime] model: expected operators that trtlike takes, or ONNX Runtime for "
                f"the rest, got {refusal} Install trtlike[onnxruntime]."
            )
        self._outputs = part.outputs
        self._session = runtime.InferenceSession(
            part.model, _options(runtime, given, graph), providers=["CPUExecutionProvider"]
        )

    def run(self, feeds: Mapping[str, Any], targets: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """The outputs by name; those with a target are written there."""
        results = dict(zip(self._outputs, self._session.run(self._outputs, feeds), strict=True))
        for name in targets.keys() & results.keys():
            if targets[name].shape != results[name].shape:
                raise ValueError(
                    f"[onnxruntime] output '{name}': expected memory of shape "
                    f"{results[name].shape}, got {targets[name].shape}."
                )
            targets[name][...] = results[name]
            results[name] = targets[name]
        return results
