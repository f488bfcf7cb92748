"""Engines and timings on disk: a file that is not what its name says costs a build, no more."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import trtlike as trt
from trtlike.build_files import give_timings, write_file
from trtlike.onnxruntime.options import TensorrtOptions, logger


def _write(path: Path, data: Any) -> None:
    """In a folder that is made where there is none; a warning where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, data, mode=0o600)
    except OSError as error:
        logger.warning("[onnxruntime] cache '%s': cannot be written: %s", path, error)


def engine_key(model: bytes, external: str, options: TensorrtOptions) -> str:
    """A hash of all that an engine depends on but the shapes seen so far."""
    told = (
        options.key(),
        sorted((k, vars(v)) for k, v in options.ranges.items()),
        trt.version,
        trt.cpu_fingerprint(),
        trt.default_num_threads(),
        external,
        sorted((k, v) for k, v in os.environ.items() if k.startswith("TRTLIKE_")),
    )
    digest = hashlib.sha256(json.dumps(told).encode())
    digest.update(model)
    return digest.hexdigest()[:32]


class EngineCache:
    """The file of one part's engine."""

    def __init__(self, options: TensorrtOptions, key: str):
        prefix = options.engine_cache_prefix or "TensorrtExecutionProvider_TRTKernel"
        self.key = key
        self.path = Path(options.engine_cache_path) / f"{prefix}_{key}.engine"
        self._enabled = options.engine_cache_enable

    def load(self, log: trt.ILogger) -> trt.ICudaEngine | None:
        """The engine of the file; None where there is none, or another's."""
        if not self._enabled or not self.path.exists():
            return None
        engine = trt.Runtime(log).load_engine_file(str(self.path))
        if engine is None or engine.name != self.key:
            logger.warning(
                "[onnxruntime] cache '%s': expected this model's engine, got none; it is built "
                "anew.",
                self.path,
            )
            return None
        return engine

    def store(self, plan: Any) -> None:
        if self._enabled:
            _write(self.path, plan)


class Timings:
    """The timing cache of a session, and its file."""

    def __init__(self, options: TensorrtOptions):
        machine = hashlib.sha256(trt.cpu_fingerprint().encode()).hexdigest()[:16]
        self._enabled = options.timing_cache_enable
        self._force = options.force_timing_cache
        name = f"TensorrtExecutionProvider_cache_{machine}.timing"
        self._path = Path(options.timing_cache_path) / name
        self._bytes = b""

    def give(self, config: trt.IBuilderConfig) -> None:
        """Puts what is known into a build."""
        path = self._path if self._enabled else None
        give_timings(config, self._bytes, path, self._force, logger, "[onnxruntime] cache")

    def take(self, config: trt.IBuilderConfig) -> None:
        """Keeps what a build has measured."""
        self._bytes = bytes(config.get_timing_cache().serialize())
        if self._enabled:
            _write(self._path, self._bytes)
