"""A Polygraphy runner on trtlike's own names."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from polygraphy import util
from polygraphy.backend.base import BaseRunner
from polygraphy.common import TensorMetadata
from polygraphy.datatype import DataType
from polygraphy.logger import G_LOGGER

import trtlike as trt


class _Log(trt.ILogger):
    """Warnings go to Polygraphy's log, errors into the exceptions that they lead to."""

    def __init__(self) -> None:
        trt.ILogger.__init__(self)
        self.errors: list[str] = []

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        if severity <= trt.ILogger.ERROR:
            self.errors.append(msg)
        elif severity == trt.ILogger.WARNING:
            G_LOGGER.warning(msg)


class TrtlikeRunner(BaseRunner):
    """Runs an ONNX model; an engine is built for each set of input shapes.

    Args:
        model: a path, the model's bytes, or what gives these.
        flags: names of BuilderFlag.
        level: the builder's optimization level.
        name: the runner's in reports.
    """

    def __init__(
        self,
        model: str | bytes | Callable[[], str | bytes],
        flags: Sequence[str] = (),
        level: int = 3,
        name: str | None = None,
    ):
        super().__init__(name=name, prefix="trtlike-runner")
        self._model, self._level = model, level
        self._flags = [self._flag(word) for word in flags]

    @staticmethod
    def _flag(name: str) -> trt.BuilderFlag:
        known = trt.BuilderFlag.__members__
        if name.upper() not in known:
            raise ValueError(
                f"[polygraphy] --trtlike-flags: expected some of {', '.join(known)}, got '{name}'."
            )
        return known[name.upper()]

    def _check(self, made: object, what: str) -> None:
        if not made:
            raise RuntimeError(f"[polygraphy] {what}: {' '.join(self._log.errors)}")

    @util.check_called_by("activate")
    def activate_impl(self) -> None:
        self._log = _Log()
        self._builder = trt.Builder(self._log)
        self._network = self._builder.create_network(0)
        parser = trt.OnnxParser(self._network, self._log)
        model, _ = util.invoke_if_callable(self._model)
        read = parser.parse if isinstance(model, bytes) else parser.parse_from_file
        self._check(read(model), "model")
        self._contexts: dict[tuple, trt.IExecutionContext] = {}

    @util.check_called_by("get_input_metadata")
    def get_input_metadata_impl(self) -> TensorMetadata:
        meta = TensorMetadata()
        for i in range(self._network.num_inputs):
            tensor = self._network.get_input(i)
            dtype = DataType.from_dtype(np.dtype(trt.nptype(tensor.dtype)), "numpy")
            meta.add(tensor.name, dtype=dtype, shape=tuple(tensor.shape))
        return meta

    def _context(self, feeds: dict[str, np.ndarray]) -> trt.IExecutionContext:
        key = tuple((name, array.shape) for name, array in sorted(feeds.items()))
        if key not in self._contexts:
            self._contexts[key] = self._build(feeds)
        return self._contexts[key]

    def _build(self, feeds: dict[str, np.ndarray]) -> trt.IExecutionContext:
        config = self._builder.create_builder_config()
        config.builder_optimization_level = self._level
        for flag in self._flags:
            config.set_flag(flag)
        profile = self._builder.create_optimization_profile()
        for i in range(self._network.num_inputs):
            tensor = self._network.get_input(i)
            if -1 in tuple(tensor.shape):
                profile.set_shape(tensor.name, *[feeds[tensor.name].shape] * 3)
            if tensor.is_shape_tensor:
                profile.set_shape_input(tensor.name, *[feeds[tensor.name].reshape(-1).tolist()] * 3)
        config.add_optimization_profile(profile)
        engine = self._builder.build_engine_with_config(self._network, config)
        self._check(engine is not None, "engine")
        return engine.create_execution_context()

    @util.check_called_by("infer")
    def infer_impl(self, feed_dict: dict[str, np.ndarray]) -> OrderedDict[str, np.ndarray]:
        feeds = {name: util.array.to_numpy(array) for name, array in feed_dict.items()}
        context = self._context(feeds)
        start = time.perf_counter()
        outputs = context.infer(feeds)
        self.inference_time = time.perf_counter() - start
        return OrderedDict(outputs)

    @util.check_called_by("deactivate")
    def deactivate_impl(self) -> None:
        del self._contexts, self._network, self._builder
