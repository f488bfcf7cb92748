"""ONNX Runtime's own quantizer with the same data."""

import os
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

from benchmarks.engines import Feeds

METHODS = {
    "entropy": quantization.CalibrationMethod.Entropy,
    "minmax": quantization.CalibrationMethod.MinMax,
    "percentile": quantization.CalibrationMethod.Percentile,
}


class _Reader(quantization.CalibrationDataReader):
    def __init__(self, feeds: list[Feeds]):
        self._feeds = iter(feeds)

    def get_next(self) -> Feeds | None:
        return next(self._feeds, None)


def quantize(
    model: bytes, feeds: list[Feeds], method: str, percentile: float, symmetric: bool
) -> bytes:
    """A Q/DQ model with weights by channel."""
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared, done = (Path(folder) / f"{n}.onnx" for n in ("plain", "prepared", "done"))
        plain.write_bytes(model)
        quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(prepared),
            str(done),
            _Reader(feeds),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=quantization.QuantType.QInt8
            if symmetric
            else quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            calibrate_method=METHODS[method],
            extra_options={
                "ActivationSymmetric": symmetric,
                "CalibTensorRangeSymmetric": symmetric,
                "CalibPercentile": percentile,
            },
        )
        return done.read_bytes()


def run(model: bytes, feeds: list[Feeds]) -> np.ndarray:
    """The first output on all feeds, joined."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = min(2, os.cpu_count() or 1)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_outputs()[0].name
    return np.concatenate([np.atleast_1d(session.run([name], one)[0]) for one in feeds])
