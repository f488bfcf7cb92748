"""A part that runs in trtlike: its engine, built for the shapes seen so far and kept on disk."""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

import trtlike as trt
from trtlike.calibration import make_calibrator
from trtlike.onnxruntime.cache import EngineCache, Timings, engine_key
from trtlike.onnxruntime.graph import Graph, Part, element_type, numpy_type
from trtlike.onnxruntime.options import Range, TensorrtOptions, logger
from trtlike.onnxruntime.runner import Runner


class BuildRefused(Exception):
    """The builder does not take the part; the sentence says why."""

    def __init__(self, part: Part, sentence: str):
        super().__init__(sentence)
        self.part = part


class _Log(trt.ILogger):
    """Hands trtlike's messages to Python's logging, and keeps the last error."""

    def __init__(self, detailed: bool):
        trt.ILogger.__init__(self)
        self.least = trt.ILogger.VERBOSE if detailed else trt.ILogger.WARNING
        self.error = ""

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        if int(severity) <= int(trt.ILogger.ERROR):
            self.error = msg
        elif int(severity) <= int(self.least):
            logger.info("%s", msg)


class EnginePart:
    """Built at once where all shapes are known, else at the first run; again, wider, at a shape
    outside of what it was built for."""

    def __init__(self, graph: Graph, part: Part, options: TensorrtOptions, timings: Timings):
        self._part, self._outputs = part, part.outputs
        self._model, self._path = part.model, graph.path
        self._options, self._timings = options, timings
        self._types = {
            output: numpy_type(element_type(graph.types[output]))
            for output in part.outputs
            if output in graph.types and element_type(graph.types[output])
        }
        key = engine_key(part.model, graph.external_digest, options)
        self._cache = EngineCache(options, key)
        self._log = _Log(options.detailed_build_log)
        self._lock = threading.Lock()
        self._ranges: dict[str, Range] = {}
        self._engine: trt.ICudaEngine | None = None
        self._runner: Runner | None = None
        self._find_dynamic_inputs()
        if set(self._dynamic) <= options.ranges.keys():
            self._prepare({})

    def _parse(self, network: trt.INetworkDefinition) -> None:
        parser = trt.OnnxParser(network, self._log)
        if not parser.parse(self._model, self._path or None):
            raise BuildRefused(self._part, parser.get_error(0).desc())

    def _find_dynamic_inputs(self) -> None:
        network = trt.Builder(self._log).create_network()
        self._parse(network)
        inputs = [network.get_input(i) for i in range(network.num_inputs)]
        self._by_value = {x.name for x in inputs if x.is_shape_tensor}
        dynamic = {x.name for x in inputs if any(extent < 0 for extent in x.shape)}
        self._dynamic = sorted(dynamic | self._by_value)

    def _point(self, name: str, array: np.ndarray) -> tuple[int, ...]:
        """What a profile holds of an input: its shape, or its values where shapes follow."""
        return tuple(map(int, np.ravel(array))) if name in self._by_value else array.shape

    def _add_profile(self, builder: trt.Builder, config: trt.IBuilderConfig) -> None:
        profile = builder.create_optimization_profile()
        for name, span in self._ranges.items():
            is_value = name in self._by_value
            set_range = profile.set_shape_input if is_value else profile.set_shape
            set_range(name, list(span.low), list(span.opt), list(span.high))
        config.add_optimization_profile(profile)

    def _configure(self, config: trt.IBuilderConfig) -> None:
        options = self._options
        config.builder_optimization_level = options.builder_optimization_level
        if options.max_workspace_size > 0:
            config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, options.max_workspace_size)
        for wanted, flag in (
            (options.fp16_enable, trt.BuilderFlag.FP16),
            (options.bf16_enable, trt.BuilderFlag.BF16),
            (options.calibration is not None, trt.BuilderFlag.INT8),
        ):
            if wanted:
                config.set_flag(flag)
        if options.calibration is not None:
            config.int8_calibrator = make_calibrator([], cache=options.calibration)
        self._timings.give(config)

    def _build(self) -> trt.ICudaEngine:
        builder = trt.Builder(self._log)
        network = builder.create_network()
        self._parse(network)
        network.name = self._cache.key
        config = builder.create_builder_config()
        self._configure(config)
        if self._dynamic:
            self._add_profile(builder, config)
        plan = builder.build_serialized_network(network, config)
        if plan is None:
            raise BuildRefused(self._part, self._log.error)
        self._timings.take(config)
        self._cache.store(plan)
        engine = trt.Runtime(self._log).deserialize_cuda_engine(plan)
        if engine is None:
            raise BuildRefused(self._part, self._log.error)
        return engine

    def _read_ranges(self, engine: trt.ICudaEngine) -> dict[str, Range]:
        """What the engine was built for."""
        spans = {
            name: engine.get_tensor_profile_values(name, 0)
            if name in self._by_value
            else engine.get_tensor_profile_shape(name, 0)
            for name in self._dynamic
        }
        return {name: Range(*map(tuple, span)) for name, span in spans.items()}

    def _prepare(self, feeds: Mapping[str, np.ndarray]) -> None:
        """Sees to an engine that takes these inputs."""
        points = {name: self._point(name, feeds[name]) for name in self._dynamic if name in feeds}
        if self._engine is None:
            self._ranges = {
                name: self._options.ranges.get(name) or Range(*[points[name]] * 3)
                for name in self._dynamic
            }
            self._use(self._cache.load(self._log) or self._build())
        outside = {n: point for n, point in points.items() if not self._ranges[n].holds(point)}
        if not outside:
            return
        name, point = next(iter(outside.items()))
        span = self._ranges[name]
        logger.warning(
            "[onnxruntime] input '%s' of a part of %d nodes: expected %s from %s to %s, got %s; "
            "the engine is built again for this as well.",
            name, len(self._part.nodes), "values" if name in self._by_value else "a shape",
            span.low, span.high, point,
        )  # fmt: skip
        for name, point in outside.items():
            self._ranges[name] = self._ranges[name].widened(point)
        self._use(self._build())

    def _use(self, engine: trt.ICudaEngine) -> None:
        self._engine = engine
        self._ranges = self._read_ranges(engine)
        context = engine.create_execution_context()
        if context is None:
            raise BuildRefused(self._part, self._log.error)
        self._runner = Runner(context)

    def run(self, feeds: Mapping[str, Any], targets: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """The outputs by name; those with a target are written there."""
        with self._lock:
            self._prepare(feeds)
            assert self._runner is not None
            same = {n: targets[n] for n in self._outputs if n in targets}
            results = self._runner.run(feeds, same)
        for name, wanted in self._types.items():
            if results[name].dtype != wanted:
                results[name] = results[name].astype(wanted)
        return results
