"""A part of a graph as an engine: by torch's ONNX exporter, trtlike's parser and its builder."""

import contextlib
import hashlib
import io
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

import trtlike as trt
from trtlike.build_files import give_timings, write_file
from trtlike.torch.ranges import Range
from trtlike.torch.settings import Settings, logger

_TORCH_TYPES = {
    "FLOAT": torch.float32,
    "HALF": torch.float16,
    "BF16": torch.bfloat16,
    "DOUBLE": torch.float64,
    "INT8": torch.int8,
    "UINT8": torch.uint8,
    "INT32": torch.int32,
    "INT64": torch.int64,
    "BOOL": torch.bool,
}
_FX_NODE = "pkg.torch.onnx.fx_node"


class BuildRefused(Exception):
    """There is no engine for a part; the sentence says why. `fx_node` is the text of the node that
    is to blame, where one is."""

    def __init__(self, sentence: str, fx_node: str = ""):
        super().__init__(sentence)
        self.fx_node = fx_node


class _Log(trt.ILogger):
    """Hands trtlike's messages to Python's logging, and keeps the last error."""

    def __init__(self) -> None:
        trt.ILogger.__init__(self)
        self.error = ""

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        if int(severity) <= int(trt.ILogger.ERROR):
            self.error = msg
        logger.debug("%s", msg)


@contextlib.contextmanager
def quiet_exporter() -> Any:
    """Keeps from the user what torch's exporter says of itself: refusals are expected here."""
    talkers = [
        logging.getLogger(name) for name in ("torch.onnx", "torch.export", "onnxscript", "onnx_ir")
    ]
    levels = [talker.level for talker in talkers]
    for talker in talkers:
        talker.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for talker, level in zip(talkers, levels, strict=True):
            talker.setLevel(level)


def write_onnx(
    module: torch.nn.Module,
    examples: Sequence[torch.Tensor],
    open_axes: Sequence[Sequence[int]],
) -> bytes:
    """The module as a model with the inputs x0, x1, ... and the outputs y0, y1, ...

    Raises:
        BuildRefused: torch's exporter does not write it.
    """
    axes = tuple({axis: torch.export.Dim.AUTO for axis in each} for each in open_axes)
    try:
        with quiet_exporter():
            program = torch.export.export(
                module, tuple(examples), dynamic_shapes=axes if examples else None, strict=False
            )
            count = len(program.graph_signature.user_outputs)
            written = torch.onnx.export(
                program,
                input_names=[f"x{i}" for i in range(len(examples))],
                output_names=[f"y{i}" for i in range(count)],
                dynamo=True,
                verbose=False,
            )
            assert written is not None
            return written.model_proto.SerializeToString()
    except Exception as error:
        first = str(error.__cause__ or error).strip().partition("\n")[0]
        raise BuildRefused(f"torch's exporter: {first}") from error


def _fx_node(model: bytes, index: int) -> str:
    """The text of the fx node that the ONNX node was written for."""
    import onnx

    nodes = onnx.load_from_string(model).graph.node
    if not 0 <= index < len(nodes):
        return ""
    return next((p.value for p in nodes[index].metadata_props if p.key == _FX_NODE), "")


def _write(path: Path, data: Any) -> None:
    """In a folder that is made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, data, mode=0o600)


class Timings:
    """What builds have measured in this process, and in the file of `timing_cache_path`."""

    _bytes = b""

    @classmethod
    def give(cls, config: trt.IBuilderConfig, path: str) -> None:
        give_timings(config, cls._bytes, Path(path) if path else None, False, logger)

    @classmethod
    def take(cls, config: trt.IBuilderConfig, path: str) -> None:
        cls._bytes = bytes(config.get_timing_cache().serialize())
        if path:
            _write(Path(path), cls._bytes)


class Engine:
    """The engine of a model for ranges of its inputs' shapes.

    Raises:
        BuildRefused: the parser or the builder does not take the model.
    """

    def __init__(self, model: bytes, ranges: Sequence[Range], settings: Settings):
        self._model, self._settings = model, settings
        self._log = _Log()
        self.ranges = list(ranges)
        self.plan = b""
        self.context = self._make_context()

    def _key(self) -> str:
        settings = self._settings
        told = (
            sorted(map(str, settings.enabled_precisions)),
            settings.workspace_size,
            settings.optimization_level,
            self.ranges,
            trt.version,
            trt.cpu_fingerprint(),
            trt.default_num_threads(),
        )
        return hashlib.sha256(repr(told).encode() + self._model).hexdigest()[:32]

    def _configure(self, config: trt.IBuilderConfig) -> None:
        settings = self._settings
        config.builder_optimization_level = settings.optimization_level
        if settings.workspace_size > 0:
            config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, settings.workspace_size)
        for wanted, flag in (
            (torch.float16, trt.BuilderFlag.FP16),
            (torch.bfloat16, trt.BuilderFlag.BF16),
        ):
            if wanted in settings.enabled_precisions:
                config.set_flag(flag)

    def _build(self) -> Any:
        builder = trt.Builder(self._log)
        network = builder.create_network()
        parser = trt.OnnxParser(network, self._log)
        if not parser.parse(self._model):
            error = parser.get_error(0)
            raise BuildRefused(error.desc(), _fx_node(self._model, error.node()))
        config = builder.create_builder_config()
        self._configure(config)
        profile = builder.create_optimization_profile()
        is_open = False
        for i in range(network.num_inputs):
            tensor = network.get_input(i)
            if -1 in tuple(tensor.shape):
                span = self.ranges[int(tensor.name[1:])]
                profile.set_shape(tensor.name, span.low, span.opt, span.high)
                is_open = True
        if is_open:
            config.add_optimization_profile(profile)
        Timings.give(config, self._settings.timing_cache_path)
        plan = builder.build_serialized_network(network, config)
        if plan is None:
            raise BuildRefused(self._log.error)
        Timings.take(config, self._settings.timing_cache_path)
        return plan

    def _find_or_build(self) -> Any:
        settings = self._settings
        path = Path(settings.engine_cache_dir or "engines") / f"{self._key()}.engine"
        if settings.reuse_cached_engines and path.exists():
            return path.read_bytes()
        plan = self._build()
        if settings.cache_built_engines:
            _write(path, plan)
        return plan

    def _load(self) -> trt.ICudaEngine | None:
        return trt.Runtime(self._log).deserialize_cuda_engine(self.plan) if self.plan else None

    def _make_context(self) -> trt.IExecutionContext:
        engine = self._load()
        if engine is None:
            self.plan = bytes(self._find_or_build())
            engine = self._load()
        if engine is None:
            raise BuildRefused(self._log.error)
        context = engine.create_execution_context()
        if context is None:
            raise BuildRefused(self._log.error)
        names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
        if any(engine.is_shape_inference_io(name) for name in names):
            raise BuildRefused("extents follow from the values of an input")
        self.names = names
        self.types = {name: _TORCH_TYPES[engine.get_tensor_dtype(name).name] for name in names}
        return context

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in vars(self).items() if k not in ("context", "_log", "types")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._log = _Log()
        self.context = self._make_context()

    def widen(self, shapes: Sequence[Sequence[int]]) -> None:
        """Builds it again, for these shapes as well."""
        self.ranges = [span.widened(shape) for span, shape in zip(self.ranges, shapes, strict=True)]
        self.plan = b""
        self.context = self._make_context()
