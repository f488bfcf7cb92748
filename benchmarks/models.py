"""The models of the comparison by name, and their ONNX files. Imports torch."""

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from benchmarks.names import MODEL_NAMES
from benchmarks.networks import classifiers, dense, sequences

OPSET = 17


def _image(size: int) -> tuple[torch.Tensor, ...]:
    return (torch.randn(1, 3, size, size),)


def _words(length: int) -> tuple[torch.Tensor, ...]:
    return torch.randint(0, sequences.WORDS, (1, length)), torch.ones(1, length, dtype=torch.int64)


# Name: the network, and its inputs.
MODELS: dict[str, tuple[Callable[[], nn.Module], Callable[[], tuple[torch.Tensor, ...]]]] = {
    "resnet50": (classifiers.resnet50, lambda: _image(224)),
    "resnet18": (classifiers.resnet18, lambda: _image(224)),
    "vgg16": (classifiers.vgg16, lambda: _image(224)),
    "mobilenet_v2": (classifiers.mobilenet_v2, lambda: _image(224)),
    "efficientnet_b0": (classifiers.efficientnet_b0, lambda: _image(224)),
    "unet": (dense.UNet, lambda: _image(256)),
    "yolov8n_like": (dense.Yolov8nLike, lambda: _image(640)),
    "bert_base_128": (lambda: sequences.Encoder(768, 12, 12), lambda: _words(128)),
    "vit_b16": (sequences.VisionTransformer, lambda: _image(224)),
    "minilm_32": (lambda: sequences.Encoder(384, 6, 12), lambda: _words(32)),
    "bilstm": (sequences.BidirectionalLstm, lambda: (torch.randn(1, 50, 128),)),
    "mlp": (sequences.mlp, lambda: (torch.randn(1, 64),)),
}
assert tuple(MODELS) == MODEL_NAMES


def make_network(name: str) -> nn.Module:
    """The same weights each time. Normalizations get statistics as training would leave them."""
    torch.manual_seed(sum(name.encode()))
    network = MODELS[name][0]()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.8, 1.2)
            nn.init.normal_(module.bias, 0, 0.1)
    return network.eval()


def export(name: str, path: Path) -> None:
    """Writes the model to a file, whole or not at all."""
    network, inputs = make_network(name), MODELS[name][1]()
    partial = path.with_suffix(".partial")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            inputs,
            str(partial),
            opset_version=OPSET,
            dynamo=False,
            input_names=["input", "mask"][: len(inputs)],
            output_names=["output"],
        )
    partial.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="+", choices=MODEL_NAMES)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for name in chosen.names:
        export(name, chosen.folder / f"{name}.onnx")


if __name__ == "__main__":
    main()
