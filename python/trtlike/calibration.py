"""Calibration without a calibrator class: a model and an iterable of batches give a cache."""

import itertools
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from trtlike import _trtlike

Batch = np.ndarray | Sequence[np.ndarray] | Mapping[str, np.ndarray]

_CLASSES: dict[str, tuple[type, _trtlike.CalibrationMethod]] = {
    "entropy": (_trtlike.IInt8EntropyCalibrator2, _trtlike.CalibrationMethod.ENTROPY),
    "minmax": (_trtlike.IInt8MinMaxCalibrator, _trtlike.CalibrationMethod.MINMAX),
    "percentile": (_trtlike.IInt8LegacyCalibrator, _trtlike.CalibrationMethod.PERCENTILE),
    "mse": (_trtlike.IInt8EntropyCalibrator2, _trtlike.CalibrationMethod.MSE),
}
# The class that reads a cache of an algorithm.
_READERS: dict[str, type] = {
    "EntropyCalibration2": _trtlike.IInt8EntropyCalibrator2,
    "EntropyCalibration": _trtlike.IInt8EntropyCalibrator,
    "MinMaxCalibration": _trtlike.IInt8MinMaxCalibrator,
    "LegacyCalibration": _trtlike.IInt8LegacyCalibrator,
}


class CalibrationCache:
    """Scales of tensors, as TensorRT keeps them in a calibration cache.

    `scales` maps a tensor's name to its scale, the largest value that INT8 keeps over 127;
    `algorithm` is the second half of the header, such as "EntropyCalibration2".

    >>> cache = CalibrationCache.from_bytes(b"TRT-8601-MinMaxCalibration\\nx: 3c010204\\n")
    >>> round(cache.scales["x"] * 127, 3)
    1.0
    """

    def __init__(self, header: str, scales: dict[str, float]):
        self.header = header
        self.scales = scales

    @property
    def algorithm(self) -> str:
        return self.header.rpartition("-")[2]

    @classmethod
    def from_bytes(cls, data: bytes) -> "CalibrationCache":
        """Raises ValueError for what is no calibration cache."""
        header, *lines = data.decode().splitlines() or [""]
        if not header.startswith("TRT-"):
            raise ValueError(f"[calibration] cache: expected TRT-<version>-..., got {header!r}.")
        scales = {}
        for number, line in enumerate(lines, 2):
            name, colon, digits = line.rpartition(": ")
            if not line.strip("\0"):
                continue
            try:
                (scale,) = struct.unpack(">f", bytes.fromhex(digits.zfill(8)))
            except (ValueError, struct.error):
                colon = ""
            if not colon:
                raise ValueError(
                    f"[calibration] cache, line {number}: expected '<tensor>: <scale in "
                    f"hexadecimal>', got {line!r}."
                )
            scales[name] = scale
        return cls(header, scales)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "CalibrationCache":
        """Reads a file that `save`, a calibrator or TensorRT wrote."""
        return cls.from_bytes(Path(path).read_bytes())

    def to_bytes(self) -> bytes:
        """The text that TensorRT reads."""
        lines = [f"{name}: {struct.pack('>f', scale).hex()}" for name, scale in self.scales.items()]
        return "\n".join([self.header, *lines, ""]).encode()

    def save(self, path: str | os.PathLike) -> None:
        """Writes the file whole or not at all."""
        beside = Path(f"{path}.part")
        beside.write_bytes(self.to_bytes())
        beside.replace(path)


def make_calibrator(
    batches: Iterable[Batch],
    method: str = "entropy",
    percentile: float = 99.99,
    cache: bytes | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> _trtlike.IInt8Calibrator:
    """A calibrator for `config.int8_calibrator` that reads `batches` (see `calibrate`), or, where
    one is given, takes the scales of a cache. `on_batch` is told how many there were."""
    if method not in _CLASSES:
        raise ValueError(
            f"[calibration] method: expected one of {', '.join(_CLASSES)}, got {method!r}."
        )
    base, way = _CLASSES[method]
    if cache is not None:
        base = _READERS.get(CalibrationCache.from_bytes(cache).algorithm, base)

    class Calibrator(base):  # type: ignore[misc, valid-type]
        method = way
        quantile = percentile / 100

        def __init__(self) -> None:
            super().__init__()
            self.batches = iter(batches)
            self.count = 0
            self.cache = cache

        def get_batch_size(self) -> int:
            return 1

        def get_batch(self, names: list[str]) -> Batch | None:
            batch = next(self.batches, None)
            if batch is not None and on_batch is not None:
                self.count += 1
                on_batch(self.count)
            return batch

        def read_calibration_cache(self) -> bytes | None:
            return self.cache

        def write_calibration_cache(self, cache: bytes) -> None:
            self.cache = bytes(cache)

    return Calibrator()


def read_batches(source: str | os.PathLike, batch_size: int) -> Iterator[Batch]:
    """Batches of an .npz file (one array an input, samples along the first axis; those that make no
    whole batch at the end are left out) or of a folder of .npy files (each a batch of the one
    input, in the order of their names)."""
    path = Path(source)
    if path.is_dir():
        files = sorted(path.glob("*.npy"))
        if not files:
            raise ValueError(f"[calibration] data: expected .npy files in {path}, got none.")
        yield from (np.load(file) for file in files)
        return
    arrays = dict(np.load(path))
    samples = {len(array) for array in arrays.values()}
    if len(samples) != 1:
        raise ValueError(
            f"[calibration] data: expected arrays of as many samples each in {path}, got "
            + ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
            + "."
        )
    for first in range(0, samples.pop() - batch_size + 1, batch_size):
        yield {name: array[first : first + batch_size] for name, array in arrays.items()}


def _arrays_by_input(network: _trtlike.INetworkDefinition, batch: Batch) -> dict[str, np.ndarray]:
    names = [network.get_input(i).name for i in range(network.num_inputs)]
    if isinstance(batch, Mapping):
        return {name: np.asarray(array) for name, array in batch.items() if name in names}
    arrays = [batch] if isinstance(batch, np.ndarray) else list(batch)
    return dict(zip(names, map(np.asarray, arrays), strict=False))


def make_profile(
    network: _trtlike.INetworkDefinition, batch: Batch
) -> _trtlike.IOptimizationProfile | None:
    """The profile of batches like this one and smaller ones; None where no input is dynamic."""
    profile, arrays = _trtlike.IOptimizationProfile(), _arrays_by_input(network, batch)
    is_dynamic = False
    for i in range(network.num_inputs):
        tensor = network.get_input(i)
        if -1 not in tuple(tensor.shape) or tensor.name not in arrays:
            continue
        is_dynamic = True
        shape = arrays[tensor.name].shape
        least = [1 if d == -1 else d for d in tuple(tensor.shape)]
        profile.set_shape(tensor.name, least, shape, shape)
    return profile if is_dynamic else None


def calibrate(
    onnx: str | os.PathLike | bytes,
    batches: Iterable[Batch] | str | os.PathLike,
    *,
    method: str = "entropy",
    percentile: float = 99.99,
    batch_size: int = 1,
    before_fusion: bool = False,
    logger: _trtlike.ILogger | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> CalibrationCache:
    """Learns the ranges of a model's tensors from data.

    Args:
        onnx: A model file, or its bytes.
        batches: Arrays (one input), lists of arrays in the order of the inputs, or dicts by name;
            or an .npz file or a folder of .npy files. The first batch is the largest.
        method: "entropy", "minmax", "percentile" or "mse".
        percentile: What of all values "percentile" keeps, in percent.
        batch_size: Samples a batch, of an .npz file.
        before_fusion: Ranges for all tensors of the model, not only for those that fusions leave.
        logger: Where messages go; warnings are printed without one.
        on_batch: Called with the number of each batch.

    Returns:
        The cache, which `config.int8_calibrator`, `trtexec --calib` and TensorRT read.

    Raises:
        ValueError: The model or the data cannot be used; the message says why.
    """
    lines = _Lines(logger)
    builder = _trtlike.Builder(lines)
    network = builder.create_network()
    parser = _trtlike.OnnxParser(network, lines)
    is_parsed = parser.parse(onnx) if isinstance(onnx, bytes) else parser.parse_from_file(str(onnx))
    if not is_parsed:
        raise ValueError("\n".join(parser.get_error(i).desc() for i in range(parser.num_errors)))
    if isinstance(batches, str | os.PathLike):
        batches = read_batches(batches, batch_size)
    iterator = iter(batches)
    first = next(iterator, None)
    if first is None:
        raise ValueError("[calibration] batches: expected at least one batch, got none.")
    config = builder.create_builder_config()
    config.int8_calibrator = make_calibrator(
        itertools.chain([first], iterator), method, percentile, on_batch=on_batch
    )
    config.set_flag(_trtlike.BuilderFlag.INT8)
    if before_fusion:
        config.set_quantization_flag(_trtlike.QuantizationFlag.CALIBRATE_BEFORE_FUSION)
    if (profile := make_profile(network, first)) is not None:
        config.add_optimization_profile(profile)
    text = builder.calibrate(network, config)
    if not text:
        raise ValueError(lines.last_error)
    return CalibrationCache.from_bytes(text)


class _Lines(_trtlike.ILogger):
    """Passes messages on, and keeps the last error."""

    def __init__(self, logger: _trtlike.ILogger | None):
        super().__init__()
        self.to = logger or _trtlike.Logger(_trtlike.Logger.WARNING)
        self.last_error = "[calibration] calibrate: expected a cache, got none."

    def log(self, severity: _trtlike.ILogger.Severity, message: str) -> None:
        if severity in (_trtlike.ILogger.ERROR, _trtlike.ILogger.INTERNAL_ERROR):
            self.last_error = message
        else:
            self.to.log(severity, message)
