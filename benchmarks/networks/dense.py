"""Networks with an answer for every pixel: U-Net, and a detector shaped like YOLOv8n."""

import torch
from torch import nn
from torch.nn import functional

from benchmarks.networks.classifiers import ConvNorm


class UNet(nn.Module):
    """Four halvings and back, each level joined with what came down."""

    def __init__(self, width: int = 64, levels: int = 4, classes: int = 2):
        super().__init__()
        widths = [width << level for level in range(levels + 1)]
        self.encoders = nn.ModuleList()
        channels = 3
        for maps in widths:
            self.encoders.append(self._pair(channels, maps))
            channels = maps
        self.enlarge, self.decoders = nn.ModuleList(), nn.ModuleList()
        for maps in reversed(widths[:-1]):
            self.enlarge.append(nn.ConvTranspose2d(2 * maps, maps, 2, stride=2))
            self.decoders.append(self._pair(2 * maps, maps))
        self.classify = nn.Conv2d(width, classes, 1)

    @staticmethod
    def _pair(channels: int, maps: int) -> nn.Sequential:
        return nn.Sequential(ConvNorm(channels, maps, 3), ConvNorm(maps, maps, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        passed: list[torch.Tensor] = []
        for level, encode in enumerate(self.encoders):
            x = encode(functional.max_pool2d(x, 2) if level else x)
            passed.append(x)
        passed.pop()
        for enlarge, decode in zip(self.enlarge, self.decoders, strict=True):
            x = decode(torch.cat((passed.pop(), enlarge(x)), dim=1))
        return self.classify(x)


def silu_conv(channels: int, maps: int, kernel: int = 3, stride: int = 1) -> ConvNorm:
    return ConvNorm(channels, maps, kernel, stride, activation=nn.SiLU)


class SplitStage(nn.Module):
    """Half of the channels go through residual pairs, and every intermediate is kept."""

    def __init__(self, channels: int, maps: int, pairs: int, adds: bool):
        super().__init__()
        half = maps // 2
        self.enter = silu_conv(channels, maps, 1)
        self.pairs = nn.ModuleList(
            nn.Sequential(silu_conv(half, half), silu_conv(half, half)) for _ in range(pairs)
        )
        self.leave = silu_conv(half * (pairs + 2), maps, 1)
        self.adds = adds

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = list(torch.chunk(self.enter(x), 2, dim=1))
        for pair in self.pairs:
            out = pair(kept[-1])
            kept.append(kept[-1] + out if self.adds else out)
        return self.leave(torch.cat(kept, dim=1))


class PyramidPooling(nn.Module):
    """Maxima over ever larger windows, side by side."""

    def __init__(self, channels: int):
        super().__init__()
        self.enter = silu_conv(channels, channels // 2, 1)
        self.leave = silu_conv(2 * channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        levels = [self.enter(x)]
        for _ in range(3):
            levels.append(functional.max_pool2d(levels[-1], 5, stride=1, padding=2))
        return self.leave(torch.cat(levels, dim=1))


class DetectionHead(nn.Module):
    """Distances to four sides as distributions over 16 bins, and 80 classes, for each pixel."""

    BINS, CLASSES = 16, 80

    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        self.boxes = nn.ModuleList(self._branch(w, 64, 4 * self.BINS) for w in widths)
        self.classes = nn.ModuleList(self._branch(w, 80, self.CLASSES) for w in widths)
        self.register_buffer("bins", torch.arange(float(self.BINS)).reshape(1, 1, self.BINS, 1))

    @staticmethod
    def _branch(channels: int, width: int, maps: int) -> nn.Sequential:
        return nn.Sequential(
            silu_conv(channels, width), silu_conv(width, width), nn.Conv2d(width, maps, 1)
        )

    def forward(self, features: list[torch.Tensor]) -> torch.Tensor:
        boxes, classes = [], []
        for box, classify, x in zip(self.boxes, self.classes, features, strict=True):
            boxes.append(box(x).flatten(2))
            classes.append(classify(x).sigmoid().flatten(2))
        sides = torch.cat(boxes, dim=2).reshape(1, 4, self.BINS, -1).softmax(dim=2)
        distances = (sides * self.bins).sum(dim=2)
        return torch.cat((distances, torch.cat(classes, dim=2)), dim=1)


class Yolov8nLike(nn.Module):
    """The widths, depths and pyramid of YOLOv8n."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            silu_conv(3, 16, 3, 2), silu_conv(16, 32, 3, 2), SplitStage(32, 32, 1, True)
        )
        self.third = nn.Sequential(silu_conv(32, 64, 3, 2), SplitStage(64, 64, 2, True))
        self.fourth = nn.Sequential(silu_conv(64, 128, 3, 2), SplitStage(128, 128, 2, True))
        self.fifth = nn.Sequential(
            silu_conv(128, 256, 3, 2), SplitStage(256, 256, 1, True), PyramidPooling(256)
        )
        self.up_fourth = SplitStage(256 + 128, 128, 1, False)
        self.up_third = SplitStage(128 + 64, 64, 1, False)
        self.shrink_third = silu_conv(64, 64, 3, 2)
        self.down_fourth = SplitStage(64 + 128, 128, 1, False)
        self.shrink_fourth = silu_conv(128, 128, 3, 2)
        self.down_fifth = SplitStage(128 + 256, 256, 1, False)
        self.head = DetectionHead((64, 128, 256))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        third = self.third(self.stem(x))
        fourth = self.fourth(third)
        fifth = self.fifth(fourth)
        fourth = self.up_fourth(torch.cat((self._double(fifth), fourth), dim=1))
        third = self.up_third(torch.cat((self._double(fourth), third), dim=1))
        fourth = self.down_fourth(torch.cat((self.shrink_third(third), fourth), dim=1))
        fifth = self.down_fifth(torch.cat((self.shrink_fourth(fourth), fifth), dim=1))
        return self.head([third, fourth, fifth])

    @staticmethod
    def _double(x: torch.Tensor) -> torch.Tensor:
        return functional.interpolate(x, scale_factor=2.0, mode="nearest")
