"""Trains the small model that the demo ships: a residual network on scikit-learn's 8x8 digits.

    pip install torch scikit-learn onnx
    python scripts/train_digits.py

Writes python/trtlike/data/digits.onnx (dynamic batch) and digits_test.npz (450 images and labels
not trained on).
"""

from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

OUT = Path(__file__).parent.parent / "python" / "trtlike" / "data"
EPOCHS = 60


def conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
    )


class Block(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.first, self.second = conv(width, width), conv(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Digits(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.one = conv(1, 16), Block(16)
        self.down, self.two = conv(16, 32, 2), Block(32)
        self.hidden, self.out = nn.Linear(32, 32), nn.Linear(32, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.one(torch.relu(self.stem(image)))
        x = self.two(nn.functional.silu(self.down(x)))
        x = nn.functional.gelu(self.hidden(x.mean((2, 3))))
        return torch.softmax(self.out(x), 1)


def main() -> None:
    torch.manual_seed(0)
    images, labels = load_digits(return_X_y=True)
    images = (images.astype(np.float32) / 16).reshape(-1, 1, 8, 8)
    train_x, test_x, train_y, test_y = train_test_split(
        images, labels, test_size=450, random_state=0, stratify=labels
    )
    model = Digits()
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=1e-2)
    x, y = torch.from_numpy(train_x), torch.from_numpy(train_y)
    for _ in range(EPOCHS):
        model.train()
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            nn.functional.nll_loss(torch.log(model(x[batch]) + 1e-9), y[batch]).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(torch.from_numpy(test_x)).argmax(1).numpy() == test_y).mean()
    print(f"accuracy on {len(test_y)} images: {accuracy:.4f}")
    OUT.mkdir(exist_ok=True)
    torch.onnx.export(
        model,
        (torch.zeros(1, 1, 8, 8),),
        OUT / "digits.onnx",
        opset_version=17,
        dynamo=False,
        input_names=["image"],
        output_names=["probabilities"],
        dynamic_axes={"image": {0: "batch"}, "probabilities": {0: "batch"}},
    )
    np.savez_compressed(
        OUT / "digits_test.npz",
        images=(test_x * 16).astype(np.uint8),
        labels=test_y.astype(np.int64),
    )


if __name__ == "__main__":
    main()
