"""Modules on images: classifiers, detectors with their tails, windows, warps."""

import torch
import torch.nn.functional as F
from onnxscript import opset18 as onnx
from torch import Tensor, nn


class ConvNet(nn.Module):
    """Inverted residual with squeeze and excitation, upsampling and concatenation."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.SiLU())
        self.wide = nn.Sequential(nn.Conv2d(8, 24, 1), nn.BatchNorm2d(24), nn.Hardswish())
        self.depth = nn.Sequential(nn.Conv2d(24, 24, 3, 1, 1, groups=24), nn.ReLU6())
        self.squeeze = nn.Sequential(nn.Conv2d(24, 6, 1), nn.ReLU(), nn.Conv2d(6, 24, 1))
        self.narrow = nn.Conv2d(24, 8, 1)
        self.norm = nn.GroupNorm(4, 16)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = self.depth(self.wide(x))
        y = y * F.hardsigmoid(self.squeeze(F.adaptive_avg_pool2d(y, 1)))
        x = x + self.narrow(y)
        half = F.interpolate(F.max_pool2d(x, 2), size=x.shape[2:], mode="bilinear")
        return self.norm(torch.cat([x, half], 1)).mean((2, 3))


class Detr(nn.Module):
    """Features, a transformer with learned queries, boxes of the best by sorted scores."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 16, 4, 4), nn.ReLU())
        layer = {"dim_feedforward": 24, "dropout": 0.0, "batch_first": True}
        self.encoder = nn.TransformerEncoderLayer(16, 2, **layer)
        self.decoder = nn.TransformerDecoderLayer(16, 2, **layer)
        self.queries = nn.Parameter(torch.randn(7, 16))
        self.classes, self.boxes = nn.Linear(16, 5), nn.Linear(16, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.backbone(x).flatten(2).transpose(1, 2)
        memory = self.encoder(features)
        y = self.decoder(self.queries.expand(x.shape[0], -1, -1), memory)
        scores, index = self.classes(y).sigmoid().flatten(1).topk(6, 1)
        center, size = self.boxes(y).sigmoid().chunk(2, -1)
        corners = torch.cat([center - size / 2, center + size / 2], -1)
        rows = torch.div(index, 5, rounding_mode="floor").unsqueeze(-1).expand(-1, -1, 4)
        return scores, index % 5, corners.gather(1, rows)


@torch.library.custom_op("exported::nms", mutates_args=())
def nms(boxes: Tensor, scores: Tensor) -> Tensor:
    """Stands for onnx's NonMaxSuppression, as torchvision's operator does."""
    return torch.zeros(5, 3, dtype=torch.int64)


@nms.register_fake
def _(boxes, scores):
    return boxes.new_empty(torch.library.get_ctx().new_dynamic_size(), 3, dtype=torch.int64)


def nms_by_dynamo(boxes, scores):
    numbers = [onnx.Constant(value_floats=[value]) for value in (0.5, 0.1)]
    return onnx.NonMaxSuppression(boxes, scores, onnx.Constant(value_ints=[4]), *numbers)


def nms_by_older(g, boxes, scores):
    numbers = [torch.tensor([4]), torch.tensor([0.5]), torch.tensor([0.1])]
    result = g.op(
        "NonMaxSuppression", boxes, scores, *(g.op("Constant", value_t=n) for n in numbers)
    )
    result.setType(boxes.type().with_dtype(torch.int64).with_sizes([None, 3]))
    return result


class Yolo(nn.Module):
    """Anchors decoded over two scales, then suppressed inside of the model."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 8, 4, 4)
        self.b = nn.Conv2d(8, 8, 2, 2)
        self.head = nn.Conv2d(8, 4 + 3, 1)

    def decode(self, x: Tensor, stride: float) -> Tensor:
        y = self.head(x).flatten(2).transpose(1, 2)
        h, w = x.shape[2], x.shape[3]
        rows, columns = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        centers = torch.stack([columns, rows], -1).reshape(1, -1, 2)
        xy, wh, classes = y.split([2, 2, 3], -1)
        xy = (centers + xy.sigmoid()) * stride
        return torch.cat([xy - wh.exp() * stride, xy + wh.exp() * stride, classes.sigmoid()], -1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        fine = F.relu(self.a(x))
        found = torch.cat([self.decode(fine, 4.0), self.decode(F.relu(self.b(fine)), 8.0)], 1)
        boxes, scores = found[..., :4], found[..., 4:]
        index = nms(boxes, scores.transpose(1, 2).contiguous())
        batch, label, at = index.unbind(1)
        return boxes[batch, at], scores[batch, at, label], label


class Ssd(nn.Module):
    """Priors of two scales that offsets move, the background dropped, then suppression a class."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 4, 4), nn.Conv2d(8, 8, 3, 2, 1)
        self.offsets, self.classes = nn.Conv2d(8, 2 * 4, 3, 1, 1), nn.Conv2d(8, 2 * 3, 3, 1, 1)

    def priors(self, x: Tensor) -> Tensor:
        h, w = x.shape[2], x.shape[3]
        y = (torch.arange(h).float() + 0.5) / h
        x = (torch.arange(w).float() + 0.5) / w
        centers = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).reshape(-1, 1, 2)
        sizes = torch.tensor([[0.3, 0.3], [0.5, 0.25]])
        return torch.cat([centers.expand(-1, 2, -1), sizes.expand(h * w, -1, -1)], -1).view(-1, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        fine = F.relu(self.a(x))
        maps = [fine, F.relu(self.b(fine))]
        priors = torch.cat([self.priors(m) for m in maps])
        moves, scores = (
            torch.cat([f(m).permute(0, 2, 3, 1).reshape(x.shape[0], -1, size) for m in maps], 1)
            for f, size in ((self.offsets, 4), (self.classes, 3))
        )
        centers = priors[:, :2] + moves[..., :2] * 0.1 * priors[:, 2:]
        sizes = priors[:, 2:] * torch.exp(moves[..., 2:] * 0.2)
        boxes = torch.cat([centers - sizes / 2, centers + sizes / 2], -1)
        scores = scores.softmax(-1)[..., 1:]
        index = nms(boxes, scores.transpose(1, 2).contiguous())
        batch, label, at = index.unbind(1)
        return boxes[batch, at], scores[batch, at, label], label + 1


class DetrTail(Detr):
    """Its best boxes, suppressed, and the queries that are left."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scores, labels, boxes = super().forward(x)
        batch, _, at = nms(boxes, scores.unsqueeze(1)).unbind(1)
        return boxes[batch, at], labels[batch, at]


ROI = {"output_height": 3, "output_width": 3, "sampling_ratio": 2, "spatial_scale": 0.5}


@torch.library.custom_op("exported::roi_align", mutates_args=())
def roi_align(x: Tensor, boxes: Tensor, batch: Tensor) -> Tensor:
    """Stands for onnx's RoiAlign, as torchvision's operator does."""
    return x.new_zeros(boxes.shape[0], x.shape[1], 3, 3)


@roi_align.register_fake
def _(x, boxes, batch):
    return x.new_empty(boxes.shape[0], x.shape[1], 3, 3)


def roi_align_by_dynamo(x, boxes, batch):
    return onnx.RoiAlign(x, boxes, batch, **ROI)


def roi_align_by_older(g, x, boxes, batch):
    kinds = {int: "i", float: "f"}
    attributes = {f"{name}_{kinds[type(value)]}": value for name, value in ROI.items()}
    return g.op("RoiAlign", x, boxes, batch, **attributes)


BY_DYNAMO = {
    torch.ops.exported.nms.default: nms_by_dynamo,
    torch.ops.exported.roi_align.default: roi_align_by_dynamo,
}
BY_OLDER = {"exported::nms": nms_by_older, "exported::roi_align": roi_align_by_older}


class MaskHead(nn.Module):
    """The second stage of Mask R-CNN, whose proposals are sorted by their scores."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Conv2d(3, 6, 3, 2, 1)
        self.classes, self.mask = nn.Linear(54, 4), nn.ConvTranspose2d(6, 4, 2, 2)

    def forward(self, x: Tensor, boxes: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
        order = scores.argsort(descending=True)
        batch = torch.zeros(boxes.shape[0], dtype=torch.int64)
        rois = roi_align(F.relu(self.features(x)), boxes[order], batch)
        labels = self.classes(rois.flatten(1)).softmax(-1)
        masks = self.mask(rois).sigmoid()
        best = labels.argmax(-1).view(-1, 1, 1, 1).expand(-1, 1, 6, 6)
        return labels, masks.gather(1, best)


class Windows(nn.Module):
    """Swin: windows that are rolled, masked where they wrap, with a bias of relative positions."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.bias = nn.Linear(8, 24), nn.Parameter(torch.randn(2, 16, 16))

    def windows(self, x: Tensor) -> Tensor:
        n, h, w, c = x.shape
        return x.view(n, h // 4, 4, w // 4, 4, c).transpose(2, 3).reshape(-1, 16, c)

    def forward(self, x: Tensor) -> Tensor:
        n, h, w, _ = x.shape
        region = torch.zeros(1, h, w, 1)
        region[:, -2:] += 1.0
        region[:, :, -2:] += 2.0
        marks = self.windows(region)
        mask = (
            (marks != marks.transpose(1, 2))
            .float()
            .masked_fill(marks != marks.transpose(-1, -2), -100.0)
        )
        rolled = self.windows(torch.roll(x, (-2, -2), (1, 2)))
        q, k, v = self.qkv(rolled).view(-1, 16, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-1, -2) / 2 + self.bias
        scores = scores.view(n, -1, 2, 16, 16) + mask.unsqueeze(1)
        y = (scores.view(-1, 2, 16, 16).softmax(-1) @ v).transpose(1, 2).reshape(-1, 4, 4, 8)
        y = y.view(n, h // 4, w // 4, 4, 4, 8).transpose(2, 3).reshape(n, h, w, 8)
        return torch.roll(y, (2, 2), (1, 2))


class SpatialTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.theta = nn.Linear(3, 6)
        self.up = nn.ConvTranspose2d(3, 4, 3, 2, 1, 1)
        self.norm = nn.InstanceNorm2d(4, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        theta = torch.tanh(self.theta(x.mean((2, 3)))).view(-1, 2, 3)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        moved = F.grid_sample(x, grid, "bilinear", "border", align_corners=False)
        large = F.interpolate(self.norm(self.up(moved)), scale_factor=2.0, mode="bicubic")
        return F.prelu(F.pixel_unshuffle(large, 2), torch.full((16,), 0.2))


class Patches(nn.Module):
    """Neighbourhoods weighed and laid back, as in RAFT's upsampling and in inpainting."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = nn.Conv2d(2, 9, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        parts = F.unfold(x, 3, padding=1).view(n, c, 9, h, w)
        y = (parts * self.weigh(x).softmax(1).unsqueeze(1)).sum(2)
        corner = F.pad(y, (1, 1, 1, 1), mode="reflect")[:, :, 2:, 2:]
        variance, mean = torch.var_mean(y, (2, 3), keepdim=True)
        return (corner - mean) / (variance + 1e-5).sqrt() + F.avg_pool2d(y, 3, 1, 1)
