"""Decoders and what runs by parts: attention across, merged decoders, experts that get the rows
that they are chosen for, loops and conditionals of TorchScript."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Whisper(nn.Module):
    """A step of a decoder: tokens behind a past, attention among them and to what was heard."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.positions = nn.Embedding(30, 16), nn.Embedding(64, 16)
        self.norms = nn.ModuleList(nn.LayerNorm(16) for _ in range(4))
        self.self_qkv, self.cross_q = nn.Linear(16, 48), nn.Linear(16, 16)
        self.cross_k, self.cross_v = nn.Linear(16, 16, bias=False), nn.Linear(16, 16)
        self.outs = nn.ModuleList(nn.Linear(16, 16) for _ in range(2))
        self.up, self.down = nn.Linear(16, 32), nn.Linear(32, 16)

    @staticmethod
    def heads(x: Tensor) -> Tensor:
        return x.view(x.shape[0], -1, 2, 8).transpose(1, 2)

    @staticmethod
    def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
        scores = q @ k.transpose(-1, -2) * 8**-0.5
        if mask is not None:
            scores = scores.masked_fill(mask, float("-inf"))
        return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)

    def forward(
        self, ids: Tensor, heard: Tensor, past_k: Tensor, past_v: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        past = past_k.shape[2]
        place = torch.arange(ids.shape[1]) + past
        x = self.tokens(ids) + self.positions(place)
        q, k, v = (self.heads(part) for part in self.self_qkv(self.norms[0](x)).chunk(3, -1))
        k, v = torch.cat([past_k, k], 2), torch.cat([past_v, v], 2)
        later = torch.arange(k.shape[2]) > place[:, None]
        x = x + self.outs[0](self.attend(q, k, v, later))
        q = self.heads(self.cross_q(self.norms[1](x)))
        cross = self.attend(
            q, self.heads(self.cross_k(heard)), self.heads(self.cross_v(heard)), None
        )
        x = x + self.outs[1](cross)
        x = x + self.down(F.gelu(self.up(self.norms[2](x))))
        return self.norms[3](x) @ self.tokens.weight.t(), k, v


class SparseExperts(nn.Module):
    """Each expert computes the rows that chose it, however many they are."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(8, 3)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(8, 12), nn.SiLU(), nn.Linear(12, 8)) for _ in range(3)
        )

    def forward(self, x: Tensor) -> Tensor:
        weights, chosen = self.gate(x).softmax(-1).topk(2, -1)
        total = torch.zeros_like(x)
        for i, expert in enumerate(self.experts):
            rows, slot = torch.where(chosen == i)
            total = total.index_add(0, rows, expert(x[rows]) * weights[rows, slot].unsqueeze(-1))
        return total


@torch.jit.script
def with_past(k: Tensor, past: Tensor, has_past: Tensor) -> Tensor:
    if bool(has_past):
        k = torch.cat([past, k], 1)
    return k


class MergedScript(nn.Module):
    """With a past or without, as TorchScript decides."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(8, 8)

    def forward(self, x: Tensor, past: Tensor, has_past: Tensor) -> Tensor:
        k = with_past(self.project(x), past, has_past)
        return (x @ k.transpose(1, 2)).softmax(-1) @ k


@torch.jit.script
def turns(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    state = torch.zeros([2, 8])
    kept: list[Tensor] = []
    for i in range(x.size(1)):
        state = torch.tanh(state @ weight + x[:, i])
        kept.append(state)
    return torch.stack(kept, 1), state


class StateLoop(nn.Module):
    """A state that a loop of TorchScript hands from step to step, and what it gives at each."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(6, 8)
        self.weight = nn.Parameter(torch.randn(8, 8) / 3)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return turns(torch.tanh(self.inner(x)), self.weight)
