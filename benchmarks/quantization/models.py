"""Models with QuantizeLinear and DequantizeLinear as ONNX Runtime's quantizer writes them, and the
data that calibrate them and are looked at afterwards."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime import quantization

from benchmarks.engines import Feeds
from benchmarks.rounds import ROOT, make_feeds

NAMES = [
    "resnet50",
    "resnet18",
    "mobilenet_v2",
    "bert_base_128",
    "vit_b16",
    "minilm_32",
    "unet",
    "yolov8n_like",
]
_CALIBRATION = 8
_ASSETS = Path(os.environ.get("TRTLIKE_ASSETS", ROOT.parent / "shared" / "assets"))
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _image(path: Path, height: int, width: int) -> np.ndarray:
    from PIL import Image

    pixels = np.asarray(Image.open(path).convert("RGB").resize((width, height)), np.float32) / 255
    return ((pixels - _MEAN) / _DEVIATION).astype(np.float32).transpose(2, 0, 1)[None]


def _extents(path: Path) -> dict[str, list[int]]:
    graph = onnx.load(str(path), load_external_data=False).graph
    constants = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in constants]
    return {v.name: [d.dim_value or 1 for d in v.type.tensor_type.shape.dim] for v in inputs}


def draws(path: Path, first: int, count: int) -> Iterator[Feeds]:
    """Inputs of a model: photographs where it sees pictures and there are some, else random."""
    extents = _extents(path)
    photographs = sorted((_ASSETS / "data" / "imagenet" / "val").glob("*.jpg"))
    name, dims = next(iter(extents.items()))
    if len(extents) == 1 and len(dims) == 4 and dims[:2] == [1, 3] and photographs:
        # A stride that is prime to their number: neighbours are of one kind.
        chosen = [photographs[(first + i) * 37 % len(photographs)] for i in range(count)]
        yield from ({name: _image(file, dims[2], dims[3])} for file in chosen)
    else:
        yield from (make_feeds(path, first + i) for i in range(count))


class _Data(quantization.CalibrationDataReader):
    def __init__(self, path: Path):
        self._feeds = draws(path, 0, _CALIBRATION)

    def get_next(self) -> Feeds | None:
        return next(self._feeds, None)


def test_draws(path: Path, count: int) -> Iterator[Feeds]:
    """Such as calibrated nothing."""
    return draws(path, _CALIBRATION, count)


def quantized_path(path: Path, folder: Path, per_channel: bool) -> Path:
    return folder / f"{path.stem}_{'channel' if per_channel else 'tensor'}.onnx"


def quantize(path: Path, folder: Path, per_channel: bool) -> Path:
    """The model as quantize_static writes it; made once."""
    target = quantized_path(path, folder, per_channel)
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    prepared, partial = folder / f"{path.stem}.prepared", folder / f"{path.stem}.partial"
    quantization.quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    quantization.quantize_static(
        str(prepared), str(partial), _Data(prepared), per_channel=per_channel,
        quant_format=quantization.QuantFormat.QDQ,
        activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8,
    )  # fmt: skip
    prepared.unlink()
    partial.replace(target)
    return target
