"""Runs a context on arrays, and asks it for shapes only when they have changed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import trtlike as trt
from trtlike.arrays import as_type


class Runner:
    """One context and the shapes that it was last told."""

    def __init__(self, context: trt.IExecutionContext):
        engine = context.engine
        names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
        types = {name: trt.nptype(engine.get_tensor_dtype(name)) for name in names}
        self._context = context
        self._inputs: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}
        for name, dtype in types.items():
            is_input = engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT
            (self._inputs if is_input else self._outputs)[name] = np.dtype(dtype)
        self._by_value = any(engine.is_shape_inference_io(name) for name in names)
        self._told: list[tuple[int, ...]] = []
        self._shapes: dict[str, tuple[int, ...]] | None = None

    def run(
        self, feeds: Mapping[str, np.ndarray], targets: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """The outputs by name; those with a target are written there."""
        told = [feeds[name].shape for name in self._inputs]
        if self._shapes is None or told != self._told:
            return self._run_new(feeds, targets, told)
        context = self._context
        for name, dtype in self._inputs.items():
            context.set_tensor_address(name, as_type(name, feeds[name], dtype))
        results = {}
        for name, shape in self._shapes.items():
            array = targets.get(name)
            if array is None:
                array = np.empty(shape, self._outputs[name])
            elif array.shape != shape:
                raise ValueError(
                    f"[onnxruntime] output '{name}': expected an array of shape {shape}, got "
                    f"{array.shape}."
                )
            context.set_tensor_address(name, array)
            results[name] = array
        if not context.execute_async_v3(0):
            raise RuntimeError("[onnxruntime] run: it failed; the log says why.")
        return results

    def _run_new(
        self,
        feeds: Mapping[str, np.ndarray],
        targets: Mapping[str, np.ndarray],
        told: list[tuple[int, ...]],
    ) -> dict[str, np.ndarray]:
        self._shapes = None
        results: dict[str, np.ndarray] = self._context.infer(feeds, targets)  # type: ignore[attr-defined]
        shapes = {name: tuple(self._context.get_tensor_shape(name)) for name in self._outputs}
        is_known = all(
            min(shape, default=0) >= 0 and self._context.get_output_allocator(name) is None
            for name, shape in shapes.items()
        )
        if is_known and not self._by_value:
            self._told, self._shapes = told, shapes
        return results
