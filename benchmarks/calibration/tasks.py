"""Trained models with labelled data, parted into what calibrates and what tests. The data stand
beside the project and are no part of it: TRTLIKE_ASSETS names their folder."""

import gzip
import os
import sys
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper, version_converter
from PIL import Image
from scipy.stats import rankdata

from benchmarks.engines import Feeds
from benchmarks.rounds import ROOT
from trtlike.accuracy import top1

ASSETS = Path(os.environ.get("TRTLIKE_ASSETS", ROOT.parent / "shared" / "assets"))

Metric = Callable[[np.ndarray, np.ndarray], float]

_OPSET = 13
_MEAN, _STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
_BGR_MEAN = np.array([104, 117, 123], np.float32)
_FRAME, _BEFORE, _RATE = 512, 64, 16000


@dataclass
class Task:
    """A model with feeds to calibrate on, feeds to test on, and labels of the latter."""

    name: str
    model: bytes
    calibration: list[Feeds]
    test: list[Feeds]
    labels: np.ndarray
    metrics: dict[str, Metric]
    remark: str = ""


def area_under_curve(scores: np.ndarray, labels: np.ndarray) -> float:
    """The part of pairs of a positive and a negative that the scores order rightly."""
    positive = labels.astype(bool)
    count = int(positive.sum())
    ranks = rankdata(scores)[positive].sum()
    return float((ranks - count * (count + 1) / 2) / (count * (len(labels) - count)))


def frame_accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    return float(((scores > 0.5) == labels.astype(bool)).mean())


def _in_single_precision(model: onnx.ModelProto) -> onnx.ModelProto:
    """Weights, inputs and outputs of half precision as FP32."""
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT16:
            wide = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT16:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    return model


def _at_opset(model: onnx.ModelProto) -> bytes:
    """Scales by channel need opset 13."""
    model.ir_version = 8
    return version_converter.convert_version(model, _OPSET).SerializeToString()


def _idx(name: str) -> np.ndarray:
    raw = gzip.decompress((ASSETS / "data" / "mnist" / name).read_bytes())
    dims = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(dims)).reshape(dims)


def _mnist() -> Task:
    images = _idx("t10k-images-idx3-ubyte.gz").astype(np.float32).reshape(-1, 1, 1, 28, 28)
    labels = _idx("t10k-labels-idx1-ubyte.gz")
    feeds = [{"Input3": image} for image in images]
    model = _at_opset(onnx.load(ASSETS / "models" / "mnist-8.onnx"))
    return Task("mnist-8", model, feeds[:300], feeds[300:], labels[300:], {"top-1": top1})


def _resnet20() -> Task:
    sys.path.insert(0, str(ROOT / "tests" / "python"))
    from resnet20 import export_resnet20  # type: ignore[import-not-found]

    data = np.load(ASSETS / "data" / "cifar10" / "test3000.npz")
    images = (((data["x"] / 255) - _MEAN) / _STD).astype(np.float32).transpose(0, 3, 1, 2)
    batch, first = 50, 300
    feeds = [
        {"image": np.ascontiguousarray(images[i : i + batch])} for i in range(0, len(images), batch)
    ]
    model = export_resnet20(ASSETS / "models" / "resnet20-cifar10.th")
    labels = data["y"].reshape(-1)[first:]
    count = first // batch
    return Task("resnet20", model, feeds[:count], feeds[count:], labels, {"top-1": top1})


def _crop(path: Path) -> np.ndarray:
    pixels = np.asarray(Image.open(path).convert("RGB"), np.float32)[:, :, ::-1] - _BGR_MEAN
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def _squeezenet() -> Task:
    files = sorted((ASSETS / "data" / "imagenet" / "val").glob("*.jpg"), key=lambda f: f.stem)
    even = [file for file in files if int(file.stem) % 2 == 0][:400:2]
    odd = [file for file in files if int(file.stem) % 2 == 1]
    model = _in_single_precision(onnx.load(ASSETS / "models" / "squeezenet_fp16.onnx"))
    return Task(
        "squeezenet",
        _at_opset(model),
        [{"data_0": _crop(file)} for file in even],
        [{"data_0": _crop(file)} for file in odd],
        np.array([int(file.stem) for file in odd]),
        {"top-1": top1},
        "weights of half precision as FP32",
    )


def _magika() -> Task:
    folder = ASSETS / "data" / "magika"
    features = np.fromfile(folder / "features_2048.i32", np.int32).reshape(-1, 2048)
    labels = np.fromfile(folder / "labels.i32", np.int32)
    batch = 2
    parts = [
        [{"bytes": part[i : i + batch]} for i in range(0, len(part), batch)]
        for part in (features[0::2], features[1::2])
    ]
    model = (ASSETS / "models" / "magika_v3_3.onnx").read_bytes()
    return Task("magika", model, parts[0], parts[1], labels[1::2], {"top-1": top1})


def _recording(path: Path) -> tuple[Feeds, np.ndarray]:
    """Frames of a recording, each with the end of the one before; 1 where most of it is speech."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    numbers = np.concatenate([np.zeros(_BEFORE, np.float32), samples.astype(np.float32) / 32768])
    count = len(samples) // _FRAME
    frames = [numbers[i * _FRAME : (i + 1) * _FRAME + _BEFORE] for i in range(count)]
    words = path.with_suffix(".scv").read_text().strip().split(",")[1:]
    middles = (np.arange(count) + 0.5) * _FRAME / _RATE
    labels = np.zeros(count, np.int32)
    for start, end, label in zip(words[0::3], words[1::3], words[2::3], strict=True):
        labels[(middles >= float(start)) & (middles < float(end))] = int(label)
    state = np.zeros((1, 1, 128), np.float32)
    return {"input": np.stack(frames), "h": state, "c": state}, labels


def _silero() -> Task:
    read = [_recording(path) for path in sorted((ASSETS / "data" / "vad").glob("*.wav"))]
    calibration, test = read[0::3], read[1::3] + read[2::3]
    # The longest first: a profile is made for it.
    feeds = sorted((feeds for feeds, _ in calibration), key=lambda feeds: -len(feeds["input"]))
    return Task(
        "fw_silero",
        (ASSETS / "models" / "fw_silero_v6.onnx").read_bytes(),
        feeds,
        [feeds for feeds, _ in test],
        np.concatenate([labels for _, labels in test]),
        {"AUC": area_under_curve, "frames": frame_accuracy},
    )


TASKS = {
    "mnist-8": _mnist,
    "resnet20": _resnet20,
    "squeezenet": _squeezenet,
    "magika": _magika,
    "fw_silero": _silero,
}
