"""A model, its data and its calibration, and the engines that are built of them: FP32, INT8, and
INT8 with some layers kept in FP32."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import trtlike as trt
from trtlike import layers
from trtlike.calibration import Batch, CalibrationCache, make_calibrator, make_profile

Feeds = dict[str, np.ndarray]
Steps = list[dict[str, Any]]

_PRODUCTS = ("CONVOLUTION", "DECONVOLUTION", "MATRIX_MULTIPLY", "EINSUM")
_CONVERSIONS = ("Quantize", "Dequantize")
_HEADER = "TRT-101600-EntropyCalibration2"


class _Errors(trt.ILogger):
    """Keeps the last error for the exception; the rest would repeat with every engine."""

    def __init__(self) -> None:
        super().__init__()
        self.last = "[accuracy] build: expected an engine, got none."

    def log(self, severity: trt.ILogger.Severity, message: str) -> None:
        if severity in (trt.ILogger.ERROR, trt.ILogger.INTERNAL_ERROR):
            self.last = message


def read_model(onnx: str | os.PathLike | bytes) -> bytes:
    """The bytes of a model file. Raises ValueError where there is none."""
    if isinstance(onnx, bytes):
        return onnx
    if not Path(onnx).is_file():
        raise ValueError(f"[accuracy] model: expected an ONNX file, got no file '{onnx}'.")
    return Path(onnx).read_bytes()


def use_cache(config: trt.IBuilderConfig, cache: CalibrationCache) -> None:
    """INT8 by the scales of a cache, whichever algorithm found them."""
    config.set_flag(trt.BuilderFlag.INT8)
    text = CalibrationCache(_HEADER, cache.scales).to_bytes()
    config.int8_calibrator = make_calibrator([], cache=text)


class Model:
    """Builds engines of one network for batches like those of the data; all share timings.

    Raises ValueError for a model that is not read and for data that do not fit it.
    """

    def __init__(
        self,
        onnx: str | os.PathLike | bytes,
        data: Iterable[Batch] | str | os.PathLike,
        batch_size: int = 1,
    ) -> None:
        self.onnx = read_model(onnx)
        self._errors = _Errors()
        self._builder = trt.Builder(self._errors)
        self._timings: trt.ITimingCache | None = None
        self._network = network = self.parse()
        self.inputs = [network.get_input(i) for i in range(network.num_inputs)]
        self.outputs = [network.get_output(i).name for i in range(network.num_outputs)]
        listed = [network.get_layer(i) for i in range(network.num_layers)]
        self.layers = {layer.name: i for i, layer in enumerate(listed)}
        self.products = {layer.name for layer in listed if layer.type.name in _PRODUCTS}
        self.tensors = {
            layer.name: [layer.get_output(i).name for i in range(layer.num_outputs)]
            for layer in listed
        }
        self.batches = list(self._read_batches(data, batch_size))
        if not self.batches:
            raise ValueError("[accuracy] data: expected at least one batch, got none.")
        self.largest = max(self.batches, key=lambda feeds: sum(a.size for a in feeds.values()))

    def parse(self) -> trt.INetworkDefinition:
        """The network of the model, anew."""
        network = self._builder.create_network()
        parser = trt.OnnxParser(network, self._errors)
        if not parser.parse(self.onnx):
            raise ValueError(
                "\n".join(parser.get_error(i).desc() for i in range(parser.num_errors))
            )
        return network

    def check_cache(self, cache: CalibrationCache) -> None:
        """Raises ValueError for a cache that has no tensor of the network."""
        mine = {name for names in self.tensors.values() for name in names}
        mine |= {tensor.name for tensor in self.inputs}
        if not mine & set(cache.scales):
            raise ValueError(
                f"[accuracy] cache: expected scales of the network's tensors "
                f"({', '.join(sorted(mine)[:3])}, ...), got none of them but "
                f"{', '.join(list(cache.scales)[:3]) or 'an empty cache'}. It belongs to another "
                "network."
            )

    def build(
        self,
        cache: CalibrationCache | None,
        fp32: Collection[str] = (),
        outputs: Collection[str] = (),
        level: int = 0,
    ) -> "Engine":
        """FP32 without a cache, else INT8 with the layers `fp32` kept; `outputs` come besides the
        network's own."""
        network = self.parse()
        config = self._builder.create_builder_config()
        config.builder_optimization_level = level
        config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
        if self._timings is None:
            self._timings = config.create_timing_cache(b"")
        config.set_timing_cache(self._timings, False)
        if (profile := make_profile(network, self.largest)) is not None:
            config.add_optimization_profile(profile)
        if cache is not None:
            use_cache(config, cache)
            keep(network, config, fp32)
        for i in range(network.num_layers if outputs else 0):
            layer = network.get_layer(i)
            for tensor in (layer.get_output(j) for j in range(layer.num_outputs)):
                if tensor.name in outputs and not tensor.is_network_output:
                    network.mark_output(tensor)
        plan = self._builder.build_serialized_network(network, config)
        if plan is None:
            raise ValueError(self._errors.last)
        return Engine(trt.Runtime(self._errors).deserialize_cuda_engine(plan))

    def names_in(self, step: dict[str, Any]) -> list[str]:
        """Layers of the network that a step of an engine computes."""
        if step["LayerType"] in _CONVERSIONS:
            return []
        names = dict.fromkeys(step["Name"].split(" + "))
        return [name for name in names if name in self.layers]

    def _read_batches(
        self, data: Iterable[Batch] | str | os.PathLike, batch_size: int
    ) -> Iterator[Feeds]:
        if isinstance(data, str | os.PathLike):
            data = self._split(Path(data), batch_size)
        for number, batch in enumerate(data, 1):
            yield self._check(self._by_name(batch), f"[accuracy] data, batch {number}")

    def _by_name(self, batch: Batch) -> Feeds:
        if isinstance(batch, Mapping):
            return {name: np.asarray(array) for name, array in batch.items()}
        arrays: Sequence[np.ndarray] = [batch] if isinstance(batch, np.ndarray) else batch
        names = [tensor.name for tensor in self.inputs]
        return dict(zip(names, map(np.asarray, arrays), strict=False))

    def _check(self, feeds: Feeds, where: str) -> Feeds:
        for tensor in self.inputs:
            if tensor.name not in feeds:
                raise ValueError(
                    f"{where}: expected an array for input '{tensor.name}', got "
                    f"{', '.join(feeds) or 'none'}."
                )
            array, shape = feeds[tensor.name], tuple(tensor.shape)
            fits = len(shape) == array.ndim and all(
                want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
            )
            if not fits:
                raise ValueError(
                    f"{where}, input '{tensor.name}': expected shape {list(shape)}, got "
                    f"{list(array.shape)}."
                )
            wanted = np.dtype(trt.nptype(tensor.dtype))
            if array.dtype != wanted:
                raise ValueError(
                    f"{where}, input '{tensor.name}': expected elements of {wanted}, got "
                    f"{array.dtype}."
                )
        return {tensor.name: np.ascontiguousarray(feeds[tensor.name]) for tensor in self.inputs}

    def _split(self, path: Path, batch_size: int) -> Iterator[Feeds]:
        """Batches of an .npz file: samples along the first axis."""
        if not path.is_file():
            raise ValueError(f"[accuracy] data: expected an .npz file, got no file '{path}'.")
        try:
            arrays = dict(np.load(path))
        except (ValueError, TypeError) as fault:
            raise ValueError(
                f"[accuracy] data: expected an .npz file, got '{path}': {fault}."
            ) from fault
        lengths = {name: len(arrays[name]) if arrays[name].ndim else 0 for name in arrays}
        if len(set(lengths.values())) != 1:
            raise ValueError(
                f"[accuracy] data: expected arrays of as many samples each in '{path}', got "
                f"{', '.join(f'{name} {count}' for name, count in lengths.items()) or 'none'}."
            )
        fixed = {extent for t in self.inputs for extent in tuple(t.shape)[:1]} - {-1}
        size = fixed.pop() if len(fixed) == 1 else batch_size
        for first in range(0, next(iter(lengths.values())), size):
            yield {name: array[first : first + size] for name, array in arrays.items()}


def keep(
    network: trt.INetworkDefinition, config: trt.IBuilderConfig, fp32: Collection[str]
) -> list[str]:
    """Asks for layers in FP32. Returns the names that the network does not have."""
    missing = set(fp32)
    if fp32:
        config.set_flag(trt.BuilderFlag.OBEY_PRECISION_CONSTRAINTS)
    for i in range(network.num_layers):
        layer = network.get_layer(i)
        if layer.name in missing:
            layer.precision = trt.float32
            missing.remove(layer.name)
    return sorted(missing)


class Engine:
    """An engine with a context, and what its steps are."""

    def __init__(self, engine: trt.ICudaEngine) -> None:
        self.context = engine.create_execution_context()

    def run(self, feeds: Feeds) -> Feeds:
        return self.context.infer(feeds)

    def steps(self, feeds: Feeds) -> Steps:
        self.run(feeds)
        return layers.information(self.context)["Layers"]

    def times(self, feeds: Feeds, runs: int) -> list[layers.Layer]:
        """Steps with the least time of several runs."""
        for _ in range(3):
            self.run(feeds)
        return layers.measure(self.context, lambda: self.run(feeds), runs)


def is_integer(step: dict[str, Any]) -> bool:
    """It reads INT8."""
    return any("int8" in tensor["Format/Datatype"].lower() for tensor in step["Inputs"])
