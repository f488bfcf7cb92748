"""The modules with inputs of three sizes each."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from exported.decoders import MergedScript, SparseExperts, StateLoop, Whisper
from exported.images import (
    ConvNet,
    Detr,
    DetrTail,
    MaskHead,
    Patches,
    SpatialTransformer,
    Ssd,
    Windows,
    Yolo,
)
from exported.sequences import (
    Bags,
    EinsumAttention,
    Experts,
    Flow,
    Fourier,
    Mamba,
    Masks,
    Merged,
    Messages,
    Recurrent,
    RelativeShift,
    Sdpa,
    Spectrum,
    T5Decoder,
)
from torch import Tensor, nn


@dataclass
class Case:
    """`inputs(n)` are the arguments at size n; `axes` names the extents that follow from n, by
    argument; `without` names the exporters that do not take the module; `fixed` is the
    exporter that writes extents of the example into reshapes."""

    name: str
    make: Callable[[], nn.Module]
    inputs: Callable[[int], tuple[Tensor, ...]]
    axes: list[dict[int, str]]
    sizes: tuple[int, int, int] = (1, 2, 3)
    without: dict[str, str] = field(default_factory=dict)
    fixed: str = ""


def floats(*shape: int) -> Tensor:
    return torch.randn(*shape)


def proposals(n: int) -> tuple[Tensor, ...]:
    corners = torch.rand(3 * n, 2) * 16
    boxes = torch.cat([corners, corners + 1 + torch.rand(3 * n, 2) * 15], 1)
    return floats(1, 3, 32, 24), boxes, torch.rand(3 * n)


def past(n: int) -> tuple[Tensor, ...]:
    return floats(2, 2, 16), floats(2, 2, n, 8), floats(2, 2, n, 8)


CASES = [
    Case("conv_net", ConvNet, lambda n: (floats(n, 3, 16, 8 * n + 8),), [{0: "n", 3: "w"}]),
    Case("einsum_attention", EinsumAttention, lambda n: (floats(n, 2 * n, 16),),
         [{0: "n", 1: "m"}]),
    Case("embedding_bag", Bags, lambda n: (torch.randint(20, (n, 3)),), [{0: "n"}]),
    Case("mixture_of_experts", Experts, lambda n: (floats(2, n, 8),), [{1: "m"}]),
    Case("mamba", Mamba, lambda n: (floats(2, n, 8),), [{1: "m"}], (2, 5, 9)),
    Case("recurrent", Recurrent, lambda n: (floats(n, 2 * n + 1, 6), floats(2, n, 8)),
         [{0: "n", 1: "m"}, {1: "n"}], fixed="dynamo"),
    Case("t5_decoder", T5Decoder, past, [{}, {2: "past"}, {2: "past"}], (2, 5, 9)),
    Case("relative_shift", RelativeShift, lambda n: (floats(2, n, 12),), [{1: "m"}], (2, 5, 6)),
    Case("vits_flow", Flow, lambda n: (floats(2, 8, n), torch.tensor([n, n - 1])), [{2: "m"}, {}],
         (3, 6, 8)),
    Case("detr", Detr, lambda n: (floats(n, 3, 8, 8 + 4 * n),), [{0: "n", 3: "w"}], fixed="older"),
    Case("stft", Spectrum, lambda n: (floats(2, 12 + 4 * n),), [{1: "m"}], (2, 5, 8)),
    Case("rfft", Fourier, lambda n: (floats(n, 12, 3),), [{0: "n"}],
         without={"older": "has no fft_rfft"}),
    Case("yolo_with_nms", Yolo, lambda n: (floats(n, 3, 16, 8 + 8 * n),), [{0: "n", 3: "w"}]),
    Case("windows", Windows, lambda n: (floats(n, 8, 4 * n + 4, 8),), [{0: "n", 2: "w"}]),
    Case("spatial_transformer", SpatialTransformer, lambda n: (floats(n, 3, 6, 8),), [{0: "n"}]),
    Case("patches", Patches, lambda n: (floats(n, 2, 6, 4 + 2 * n),), [{0: "n", 3: "w"}]),
    Case("messages", Messages, lambda n: (floats(6, 4), torch.randint(6, (2, 5 * n))),
         [{}, {1: "edges"}]),
    Case("masks", Masks, lambda n: (floats(3 * n, 4),), [{0: "n"}]),
    Case("sdpa", Sdpa, lambda n: (floats(2, n + 1, 16), torch.arange(n + 1) < torch.tensor(
         [[n], [n + 1]])), [{1: "m"}, {1: "m"}], (1, 3, 5)),
    Case("roi_align_head", MaskHead, proposals, [{}, {0: "n"}, {0: "n"}]),
    Case("merged_decoder", Merged, lambda n: (floats(1, n, 8), floats(1, n, 8),
         torch.tensor(n != 2)), [{1: "m"}, {1: "p"}, {}], (1, 2, 4),
         without={"older": "has no torch.cond"}),
    Case("merged_decoder_of_torchscript", MergedScript, lambda n: (floats(1, n, 8), floats(1, n, 8),
         torch.tensor(n != 2)), [{1: "m"}, {1: "p"}, {}], (1, 2, 4),
         without={"dynamo": "decides while it exports"}),
    Case("whisper_decoder", Whisper, lambda n: (torch.randint(30, (2, n)), floats(2, n + 4, 16),
         floats(2, 2, n - 1, 8), floats(2, 2, n - 1, 8)),
         [{1: "m"}, {1: "heard"}, {2: "past"}, {2: "past"}], (2, 3, 6)),
    Case("sparse_experts", SparseExperts, lambda n: (floats(3 * n, 8),), [{0: "n"}]),
    Case("ssd_with_nms", Ssd, lambda n: (floats(n, 3, 16, 8 + 8 * n),), [{0: "n", 3: "w"}]),
    Case("detr_with_nms", DetrTail, lambda n: (floats(n, 3, 8, 8 + 4 * n),), [{0: "n", 3: "w"}],
         fixed="older"),
    Case("loop_of_torchscript", StateLoop, lambda n: (floats(2, n, 6),), [{1: "m"}], (2, 4, 7),
         without={"dynamo": "unrolls loops over open extents"}),
]  # fmt: skip
