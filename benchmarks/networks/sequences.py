"""Networks on sequences: encoders (BERT, MiniLM, ViT), a bidirectional LSTM, an MLP."""

import math

import torch
from torch import nn
from torch.nn import functional

WORDS = 30522


class SelfAttention(nn.Module):
    """Heads from one product each for queries, keys and values, or from one for all three."""

    def __init__(self, width: int, heads: int, joined: bool):
        super().__init__()
        self.heads = heads
        parts = [3 * width] if joined else [width, width, width]
        self.project = nn.ModuleList(nn.Linear(width, part) for part in parts)
        self.leave = nn.Linear(width, width)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        batch, length, width = x.shape
        parts = [project(x) for project in self.project]
        if len(parts) == 1:
            parts = list(parts[0].split(width, dim=-1))
        shape = (batch, length, self.heads, width // self.heads)
        query, key, value = (part.reshape(shape).transpose(1, 2) for part in parts)
        scores = query @ key.transpose(2, 3) / math.sqrt(width // self.heads)
        if mask is not None:
            scores = scores + mask
        mixed = scores.softmax(dim=-1) @ value
        return self.leave(mixed.transpose(1, 2).reshape(batch, length, width))


class Encoder(nn.Module):
    """BERT: embeddings of words and places, and layers that normalize behind each sum."""

    def __init__(self, width: int, layers: int, heads: int):
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, width), nn.Embedding(512, width)
        self.kinds = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(width, heads) for _ in range(layers))

    def forward(self, words: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        places = torch.arange(words.shape[1])
        x = self.words(words) + self.places(places) + self.kinds(torch.zeros_like(words))
        x = self.norm(x)
        hidden = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e9
        for layer in self.layers:
            x = layer(x, hidden)
        return x


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.attention = SelfAttention(width, heads, joined=False)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=1e-12) for _ in range(2))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.norms[0](x + self.attention(x, mask))
        return self.norms[1](x + self.narrow(functional.gelu(self.wide(x))))


class VisionLayer(nn.Module):
    """Normalizes before each branch."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=1e-6) for _ in range(2))
        self.attention = SelfAttention(width, heads, joined=True)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(self.norms[0](x))
        return x + self.narrow(functional.gelu(self.wide(self.norms[1](x))))


class VisionTransformer(nn.Module):
    """ViT-B/16 on 224 pixels: 196 patches and a class token."""

    def __init__(self, width: int = 768, layers: int = 12, heads: int = 12, classes: int = 1000):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 16, stride=16)
        self.token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.places = nn.Parameter(0.02 * torch.randn(1, 197, width))
        self.layers = nn.Sequential(*(VisionLayer(width, heads) for _ in range(layers)))
        self.norm, self.classify = nn.LayerNorm(width, eps=1e-6), nn.Linear(width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        patches = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.token, patches), dim=1) + self.places
        return self.classify(self.norm(self.layers(x))[:, 0])


class BidirectionalLstm(nn.Module):
    def __init__(self, inputs: int = 128, hidden: int = 256, outputs: int = 64):
        super().__init__()
        self.cells = nn.LSTM(inputs, hidden, num_layers=2, batch_first=True, bidirectional=True)
        self.leave = nn.Linear(2 * hidden, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states, _ = self.cells(x)
        return self.leave(states)


def mlp() -> nn.Module:
    return nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10)
    )
