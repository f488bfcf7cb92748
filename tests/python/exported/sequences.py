"""Modules on rows: attention of several kinds, recurrences, experts, flows, spectra, graphs."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class EinsumAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(16, 48)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).view(x.shape[0], x.shape[1], 3, 2, 8).unbind(2)
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(8)
        return torch.einsum("bhij,bjhd->bihd", scores.softmax(-1), v).flatten(2)


class Bags(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag(20, 6, mode="mean")
        self.top = nn.Linear(6, 2)

    def forward(self, ids: Tensor) -> Tensor:
        return self.top(self.bag(ids))


class Experts(nn.Module):
    """Each row goes to the two best of four experts; what they give is scattered back."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(8, 4)
        self.up = nn.Parameter(torch.randn(4, 8, 12) / 3)
        self.down = nn.Parameter(torch.randn(4, 12, 8) / 3)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, 8)
        weights, chosen = self.gate(rows).softmax(-1).topk(2, -1)
        weights = weights / weights.sum(-1, keepdim=True)
        share = torch.zeros(rows.shape[0], 4).scatter(1, chosen, weights)
        hidden = F.silu(torch.einsum("nd,edh->enh", rows, self.up))
        each = torch.einsum("enh,ehd->end", hidden, self.down)
        picked = self.up[chosen[:, 0]].mean(-1)
        return ((each * share.t().unsqueeze(-1)).sum(0) + picked).reshape(x.shape)


class Mamba(nn.Module):
    """A selective state space, its scan by cumulative sums of logarithms."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(8, 32)
        self.conv = nn.Conv1d(16, 16, 4, padding=3, groups=16)
        self.delta, self.bc = nn.Linear(16, 16), nn.Linear(16, 8)
        self.a = nn.Parameter(torch.rand(16, 4) / 4)
        self.out = nn.Linear(16, 8)

    def forward(self, x: Tensor) -> Tensor:
        u, gate = self.inner(x).chunk(2, -1)
        u = F.silu(self.conv(u.transpose(1, 2))[..., : x.shape[1]].transpose(1, 2))
        delta = F.softplus(self.delta(u))
        b, c = self.bc(u).split(4, -1)
        decay = -(delta.unsqueeze(-1) * self.a).cumsum(1)
        inputs = (delta * u).unsqueeze(-1) * b.unsqueeze(2)
        state = (inputs * torch.exp(-decay)).cumsum(1) * torch.exp(decay)
        return self.out((state * c.unsqueeze(2)).sum(-1) * F.silu(gate))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(6, 8, 2, batch_first=True)
        self.lstm = nn.LSTM(8, 5, bidirectional=True, batch_first=True)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        y, last = self.gru(x, state)
        return self.lstm(y)[0], last


class T5Decoder(nn.Module):
    """A step of a decoder with buckets of relative positions, a past and a mask."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Embedding(8, 2)
        self.q, self.k, self.v, self.o = (nn.Linear(16, 16, bias=False) for _ in range(4))
        self.scale = nn.Parameter(torch.ones(16))

    def buckets(self, query: Tensor, key: Tensor) -> Tensor:
        distance = (query[:, None] - key[None]).clamp(min=0)
        far = 4 + (torch.log(distance.float().clamp(min=1) / 4) / math.log(4) * 4).long()
        return torch.where(distance < 4, distance, far.clamp(max=7))

    def forward(self, x: Tensor, past_k: Tensor, past_v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        norm = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.scale
        q, k, v = (
            m(norm).view(x.shape[0], -1, 2, 8).transpose(1, 2) for m in (self.q, self.k, self.v)
        )
        k, v = torch.cat([past_k, k], 2), torch.cat([past_v, v], 2)
        keys = torch.arange(k.shape[2])
        queries = keys[past_k.shape[2] :]
        bias = self.bias(self.buckets(queries, keys)).permute(2, 0, 1).unsqueeze(0)
        mask = (keys[None] > queries[:, None]).float() * -1e9
        weights = (q @ k.transpose(-1, -2) + bias + mask).softmax(-1)
        y = (weights @ v).transpose(1, 2).reshape(x.shape[0], -1, 16)
        return x + self.o(y), k, v


class RelativeShift(nn.Module):
    """Transformer-XL's and xlnet's scores of positions, shifted by a reshape."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.r = (nn.Linear(12, 12) for _ in range(3))
        self.u, self.w = nn.Parameter(torch.randn(2, 6)), nn.Parameter(torch.randn(2, 6))

    def forward(self, x: Tensor) -> Tensor:
        n, m = x.shape[0], x.shape[1]
        position = torch.arange(m, -m, -1.0)
        angles = position[:, None] / 10 ** (torch.arange(6.0) / 3)
        r = self.r(torch.cat([angles.sin(), angles.cos()], -1)).view(2 * m, 2, 6)
        q, k = (f(x).view(n, m, 2, 6) for f in (self.q, self.k))
        ac = torch.einsum("bihd,bjhd->bhij", q + self.u, k)
        bd = torch.einsum("bihd,jhd->bhij", q + self.w, r)
        bd = bd.reshape(n, 2, 2 * m, m)[:, :, 1:, :].reshape(n, 2, m, 2 * m - 1)
        return (ac + bd[..., :m]).softmax(-1)


class Flow(nn.Module):
    """VITS: couplings with gated convolutions under a mask of lengths, then a spline of bins."""

    def __init__(self) -> None:
        super().__init__()
        self.pre, self.gate = nn.Conv1d(4, 8, 1), nn.Conv1d(8, 16, 3, padding=1)
        self.post, self.bins = nn.Conv1d(8, 4, 1), nn.Conv1d(8, 4 * 5, 1)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        mask = (torch.arange(x.shape[2]) < lengths[:, None]).unsqueeze(1).to(x.dtype)
        for _ in range(2):
            low, high = x.split(4, 1)
            h = self.pre(low) * mask
            a, b = self.gate(h).chunk(2, 1)
            h = h + torch.tanh(a) * torch.sigmoid(b) * mask
            high = (high + self.post(h)) * torch.exp(-self.post(h).tanh()) * mask
            x = torch.flip(torch.cat([low, high], 1), [1])
        widths = self.bins(h).view(x.shape[0], 4, 5, -1).permute(0, 1, 3, 2).softmax(-1)
        edges = F.pad(widths.cumsum(-1), (1, 0))
        at = (torch.sigmoid(high).unsqueeze(-1) >= edges[..., :-1]).sum(-1, keepdim=True) - 1
        return torch.cat([low, edges.gather(-1, at).squeeze(-1) * mask], 1)


class Spectrum(nn.Module):
    """A front of windows and a spectrum, as log-mel features are made."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(16))
        self.register_buffer("filters", torch.rand(6, 9))

    def forward(self, x: Tensor) -> Tensor:
        parts = torch.stft(
            x, 16, 4, window=self.window, center=False, return_complex=False, onesided=True
        )
        return torch.log(self.filters @ parts.pow(2).sum(-1) + 1e-3)


class Merged(nn.Module):
    """A decoder of one file for the first token and the rest: with a past or without."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(8, 8)

    def forward(self, x: Tensor, past: Tensor, has_past: Tensor) -> Tensor:
        def join(x: Tensor, past: Tensor) -> Tensor:
            return (torch.cat([past, x], 1) * 2).mean(1)

        def start(x: Tensor, past: Tensor) -> Tensor:
            return self.project(x).mean(1)

        return torch.cond(has_past, join, start, (x, past))


class Messages(nn.Module):
    """A graph network: messages along edges, gathered, weighed and summed at their targets."""

    def __init__(self) -> None:
        super().__init__()
        self.message, self.score = nn.Linear(8, 4), nn.Linear(8, 1)

    def forward(self, x: Tensor, edges: Tensor) -> tuple[Tensor, Tensor]:
        source, target = edges
        pair = torch.cat([x[source], x[target]], -1)
        weight = torch.exp(F.leaky_relu(self.score(pair), 0.2))
        total = torch.zeros(x.shape[0], 1).index_add(0, target, weight)
        sums = torch.zeros(x.shape[0], 4).scatter_add(
            0, target.unsqueeze(-1).expand(-1, 4), self.message(pair) * weight
        )
        degree = F.one_hot(target, 6).sum(0)
        return sums / (total + 1e-6), degree.float().log1p()


class Masks(nn.Module):
    """Packing of what a mask keeps, sorting, and the nearest of a codebook."""

    def __init__(self) -> None:
        super().__init__()
        self.codebook = nn.Parameter(torch.randn(9, 4))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        kept = x[x[:, 0] > 0]
        distance = (x.unsqueeze(1) - self.codebook).pow(2).sum(-1)
        nearest = self.codebook[distance.argmin(-1)]
        ordered = x.sort(0, descending=True).values
        triangle = torch.tril(x @ x.t()).logsumexp(-1, keepdim=True)
        return kept.abs().sum(0), torch.where(x > 0, nearest, ordered) + triangle.nan_to_num()


class Sdpa(nn.Module):
    """Attention by torch's own function: causal, and grouped with a mask of padding."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(16, 48)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        q, k, v = (
            part.view(x.shape[0], -1, 2, 8).transpose(1, 2) for part in self.qkv(x).chunk(3, -1)
        )
        causal = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        masked = F.scaled_dot_product_attention(q, k, v, attn_mask=keep[:, None, None, :])
        return F.layer_norm((causal + masked).transpose(1, 2).flatten(2), (16,))


class Fourier(nn.Module):
    """A filter in the frequencies, as FNet and Fourier operators have."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.randn(1, 7, 1))

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.view_as_real(torch.fft.rfft(x, dim=1))
        mixed = torch.view_as_complex((spectrum * self.scale.unsqueeze(-1)).contiguous())
        return torch.fft.irfft(mixed, n=12, dim=1)
