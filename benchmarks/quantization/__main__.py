"""Makes models with QuantizeLinear and DequantizeLinear from FP32 ones, as ONNX Runtime's quantizer
writes them, and says how far engines are from what ONNX Runtime makes of them without optimizing.

    python -m benchmarks.quantization [MODEL...] [--out DIR] [--per-tensor] [--threads 2]
    python -m benchmarks DIR/*.onnx --engines onnxruntime,openvino_default,trtlike    # their times

A MODEL is an ONNX file or the name of a well-known topology. Random data calibrate: the numbers say
how alike engines are, and not how accurate.
"""

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime import quantization

from benchmarks import prepare
from benchmarks.engines import Feeds, Job, build_trtlike, load
from benchmarks.rounds import ROOT, make_feeds

NAMES = ["resnet18", "resnet50", "mobilenet_v2", "bert_base_128"]
ENGINES = ["trtlike", "onnxruntime", "openvino_default"]


class RandomData(quantization.CalibrationDataReader):
    """A few draws of a model's inputs."""

    def __init__(self, path: Path, count: int = 8):
        self._feeds = iter([make_feeds(path, seed) for seed in range(count)])

    def get_next(self) -> Feeds | None:
        return next(self._feeds, None)


def quantize(path: Path, folder: Path, per_channel: bool) -> Path:
    """The model as quantize_static writes it; made once."""
    target = folder / f"{path.stem}_{'channel' if per_channel else 'tensor'}.onnx"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    prepared = folder / f"{path.stem}.prepared"
    quantization.quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    quantization.quantize_static(
        str(prepared), str(target), RandomData(path), per_channel=per_channel,
        quant_format=quantization.QuantFormat.QDQ,
        activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8,
    )  # fmt: skip
    prepared.unlink()
    return target


def as_it_stands(path: Path, feeds: Feeds) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def difference(got: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """Root of the mean square error over that of the expected numbers."""
    pairs = zip(got, expected, strict=True)
    return float(np.sqrt(max(np.square(g - e).mean() / np.square(e).mean() for g, e in pairs)))


def compare(path: Path, threads: int) -> dict[str, float]:
    feeds = make_feeds(path, 100)
    expected = as_it_stands(path, feeds)
    out = {}
    for engine in ENGINES:
        plan = str(path.with_suffix(".plan"))
        try:
            job = Job(engine=engine, model=str(path), feeds=feeds, threads=threads, plan=plan)
            if engine == "trtlike":
                build_trtlike(job)
            out[engine] = difference(load(job).run(), expected)
        except ImportError:
            out[engine] = float("nan")
    return out


def main() -> None:
    p = argparse.ArgumentParser(
        "benchmarks.quantization",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("models", nargs="*", metavar="MODEL")
    p.add_argument("--out", type=Path, default=ROOT / "build" / "bench" / "quantized")
    p.add_argument("--model-folder", type=Path, default=ROOT / "build" / "bench" / "models")
    p.add_argument("--per-tensor", action="store_true")
    p.add_argument("--threads", type=int, default=2)
    chosen = p.parse_args()
    items = prepare.parse_items(chosen.models or NAMES, chosen.model_folder)
    prepare.make_models(items, chosen.model_folder, print)
    print("relative root mean square difference:", *ENGINES)
    for item in items:
        path = quantize(item.path, chosen.out, not chosen.per_tensor)
        numbers = compare(path, chosen.threads)
        print(path.stem, *(f"{numbers[engine]:.4f}" for engine in ENGINES))


if __name__ == "__main__":
    main()
