"""Runs an engine on tensors: their memory is read in place, and each call gives new tensors."""

import threading
from collections.abc import Sequence
from typing import Any

import torch

from trtlike.torch.engine import BuildRefused, Engine
from trtlike.torch.settings import logger


class EngineModule(torch.nn.Module):
    """A part of a graph that an engine runs.

    `num_copies` counts the inputs that were not contiguous and were copied for a run.
    """

    def __init__(self, engine: Engine, reads: Sequence[torch.dtype], writes: Sequence[torch.dtype]):
        super().__init__()
        self._engine = engine
        self._reads, self._wanted = list(reads), list(writes)
        self._lock = threading.Lock()
        self._shapes: list[torch.Size] | None = None
        self._nothing = torch.empty(1)
        self.num_copies = 0
        self._read_names()

    @property
    def plan(self) -> bytes:
        """The engine's plan."""
        return self._engine.plan

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in vars(self).items() if k not in ("_lock", "_context")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._lock = threading.Lock()
        self._shapes = None
        self._read_names()

    def _read_names(self) -> None:
        """Engines drop inputs that nothing is computed from."""
        names = self._engine.names
        self._context = self._engine.context
        self._inputs = [int(name[1:]) for name in names if name[0] == "x"]
        self._outputs = [int(name[1:]) for name in names if name[0] == "y"]
        # Addresses are given in the engine's order, where inputs come before outputs.
        assert names == sorted(names, key=lambda name: name[0])
        types = self._engine.types
        self._written = [types[f"y{number}"] for number in self._outputs]
        self._converts = [
            (place, self._wanted[number])
            for place, number in enumerate(self._outputs)
            if self._wanted[number] != self._written[place]
        ]
        self._in_order = self._outputs == list(range(len(self._wanted)))

    def _check_types(self, types: list[torch.dtype]) -> None:
        for number, (wanted, got) in enumerate(zip(self._reads, types, strict=True)):
            if wanted != got:
                raise TypeError(
                    f"[torch] input {number} of a part: expected a tensor of {wanted}, got {got}."
                )

    def _prepare(self, shapes: list[torch.Size]) -> None:
        self._shapes = None
        for number, (span, shape) in enumerate(zip(self._engine.ranges, shapes, strict=True)):
            if len(span.low) != len(shape) or not span.holds(shape):
                self._widen(number, shapes)
                break
        for number in self._inputs:
            name, shape = f"x{number}", tuple(shapes[number])
            if not self._context.set_input_shape(name, shape):
                raise ValueError(
                    f"[torch] input {number} of a part: expected a shape that its engine takes, "
                    f"got {shape}."
                )
        self._context.infer_shapes()
        self._sizes = [
            tuple(self._context.get_tensor_shape(f"y{number}")) for number in self._outputs
        ]
        self._shapes = shapes

    def _widen(self, number: int, shapes: list[torch.Size]) -> None:
        span = self._engine.ranges[number]
        shape = tuple(shapes[number])
        fixed = [low if low == high else -1 for low, high in zip(span.low, span.high, strict=True)]
        is_rank = len(fixed) == len(shape)
        if not is_rank or any(w not in (-1, s) for w, s in zip(fixed, shape, strict=True)):
            raise ValueError(
                f"[torch] input {number} of a part: expected a shape of {fixed}, where -1 is open, "
                f"got {shape}. Compile for it, or with an Input of min_shape and max_shape."
            )
        logger.warning(
            "[torch] input %d of a part: expected a shape from %s to %s, got %s; the engine is "
            "built again for this as well.",
            number, span.low, span.high, shape,
        )  # fmt: skip
        try:
            self._engine.widen(shapes)
        except BuildRefused as refusal:
            raise RuntimeError(f"[torch] building again: {refusal}") from refusal
        self._read_names()

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        with self._lock:
            shapes = [tensor.shape for tensor in tensors]
            types = [tensor.dtype for tensor in tensors]
            if types != self._reads:
                self._check_types(types)
            if shapes != self._shapes:
                self._prepare(shapes)
            nothing = self._nothing.data_ptr
            addresses, copies = [], []
            for number in self._inputs:
                tensor = tensors[number]
                if not tensor.is_contiguous():
                    tensor = tensor.contiguous()
                    copies.append(tensor)
                addresses.append(tensor.data_ptr() or nothing())
            outputs = [
                torch.empty(size, dtype=dtype)
                for size, dtype in zip(self._sizes, self._written, strict=True)
            ]
            addresses += [output.data_ptr() or nothing() for output in outputs]
            if not self._context.execute_v2(addresses):
                raise RuntimeError("[torch] a part failed to run; the log says why.")
            self.num_copies += len(copies)
        for place, dtype in self._converts:
            outputs[place] = outputs[place].to(dtype)
        if not self._in_order:
            placed = dict(zip(self._outputs, outputs, strict=True))
            outputs = [placed[number] for number in range(len(self._wanted))]
        return tuple(outputs)
