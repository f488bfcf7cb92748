"""Image classifiers: ResNet, VGG, MobileNetV2, EfficientNet."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

CLASSES = 1000
Activation = Callable[[], nn.Module]


class ConvNorm(nn.Sequential):
    """Convolution without bias, batch normalization, and an activation if there is one."""

    def __init__(
        self,
        channels: int,
        maps: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        activation: Activation | None = nn.ReLU,
    ):
        padding = (kernel - 1) // 2
        convolution = nn.Conv2d(channels, maps, kernel, stride, padding, groups=groups, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(maps))
        if activation is not None:
            self.append(activation())


class Head(nn.Sequential):
    """Mean over the pixels, then the classes."""

    def __init__(self, channels: int):
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


class Residual(nn.Module):
    """relu(branch(x) + shortcut(x)), with a projection where the shapes differ."""

    def __init__(self, branch: nn.Module, channels: int, maps: int, stride: int):
        super().__init__()
        self.branch = branch
        same = stride == 1 and channels == maps
        self.shortcut = (
            nn.Identity() if same else ConvNorm(channels, maps, 1, stride, activation=None)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.branch(x) + self.shortcut(x))


def basic_block(channels: int, width: int, stride: int) -> Residual:
    branch = nn.Sequential(
        ConvNorm(channels, width, 3, stride), ConvNorm(width, width, 3, activation=None)
    )
    return Residual(branch, channels, width, stride)


def bottleneck_block(channels: int, width: int, stride: int) -> Residual:
    branch = nn.Sequential(
        ConvNorm(channels, width, 1),
        ConvNorm(width, width, 3, stride),
        ConvNorm(width, 4 * width, 1, activation=None),
    )
    return Residual(branch, channels, 4 * width, stride)


def resnet(
    block: Callable[[int, int, int], Residual], expansion: int, repeats: tuple[int, ...]
) -> nn.Sequential:
    network = nn.Sequential(ConvNorm(3, 64, 7, 2), nn.MaxPool2d(3, 2, padding=1))
    channels = 64
    for stage, repeat in enumerate(repeats):
        width = 64 << stage
        for i in range(repeat):
            network.append(block(channels, width, 2 if stage > 0 and i == 0 else 1))
            channels = width * expansion
    return network.append(Head(channels))


def resnet18() -> nn.Module:
    return resnet(basic_block, 1, (2, 2, 2, 2))


def resnet50() -> nn.Module:
    return resnet(bottleneck_block, 4, (3, 4, 6, 3))


def vgg16() -> nn.Module:
    network = nn.Sequential()
    channels = 3
    for width, repeat in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(repeat):
            network.extend([nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()])
            channels = width
        network.append(nn.MaxPool2d(2, 2))
    network.append(nn.Flatten())
    features = 512 * 7 * 7
    for _ in range(2):
        network.extend([nn.Linear(features, 4096), nn.ReLU()])
        features = 4096
    return network.append(nn.Linear(features, CLASSES))


class SqueezeExcite(nn.Module):
    """Scales channels by what their means say."""

    def __init__(self, channels: int, squeezed: int):
        super().__init__()
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, squeezed, 1),
            nn.SiLU(),
            nn.Conv2d(squeezed, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.weigh(x)


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; the input added where the shapes allow it."""

    def __init__(
        self,
        channels: int,
        maps: int,
        expansion: int,
        kernel: int,
        stride: int,
        activation: Activation,
        excite: bool,
    ):
        super().__init__()
        wide = channels * expansion
        self.steps = nn.Sequential()
        if expansion > 1:
            self.steps.append(ConvNorm(channels, wide, 1, activation=activation))
        self.steps.append(ConvNorm(wide, wide, kernel, stride, wide, activation))
        if excite:
            self.steps.append(SqueezeExcite(wide, max(channels // 4, 1)))
        self.steps.append(ConvNorm(wide, maps, 1, activation=None))
        self.adds = stride == 1 and channels == maps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.steps(x) + x if self.adds else self.steps(x)


def mobile(
    stages: tuple[tuple[int, int, int, int, int], ...], activation: Activation, excite: bool
) -> nn.Sequential:
    """Stages of (expansion, maps, repeats, stride, kernel)."""
    channels = 32
    network = nn.Sequential(ConvNorm(3, channels, 3, 2, activation=activation))
    for expansion, maps, repeat, stride, kernel in stages:
        for i in range(repeat):
            step = stride if i == 0 else 1
            network.append(
                InvertedResidual(channels, maps, expansion, kernel, step, activation, excite)
            )
            channels = maps
    network.append(ConvNorm(channels, 1280, 1, activation=activation))
    return network.append(Head(1280))


def mobilenet_v2() -> nn.Module:
    stages = (
        (1, 16, 1, 1, 3),
        (6, 24, 2, 2, 3),
        (6, 32, 3, 2, 3),
        (6, 64, 4, 2, 3),
        (6, 96, 3, 1, 3),
        (6, 160, 3, 2, 3),
        (6, 320, 1, 1, 3),
    )
    return mobile(stages, nn.ReLU6, excite=False)


def efficientnet_b0() -> nn.Module:
    stages = (
        (1, 16, 1, 1, 3),
        (6, 24, 2, 2, 3),
        (6, 40, 2, 2, 5),
        (6, 80, 3, 2, 3),
        (6, 112, 3, 1, 5),
        (6, 192, 4, 2, 5),
        (6, 320, 1, 1, 3),
    )
    return mobile(stages, nn.SiLU, excite=True)
