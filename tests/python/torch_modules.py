"""Small modules of many kinds, for the tests of trtlike.torch."""

import torch
from torch import nn
from torch.nn import functional


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Dropout(0.1), nn.Linear(32, 8))
        self.offset = torch.linspace(-1, 1, 8)

    def forward(self, x):
        return self.layers(x) + self.offset


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.second = nn.Conv2d(8, 8, 3, padding=1)
        self.head = nn.Linear(8, 5)
        nn.init.uniform_(self.norm.running_mean)

    def forward(self, x):
        x = functional.relu(self.norm(self.first(x)), inplace=True)
        x = functional.max_pool2d(x + self.second(x), 2)
        return self.head(x.mean((2, 3)))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells = nn.LSTM(8, 12, batch_first=True, bidirectional=True)
        self.head = nn.Linear(24, 4)

    def forward(self, x):
        return self.head(self.cells(x)[0])


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(2, 8, 3, padding=1)
        self.deep = nn.Conv2d(8, 16, 3, padding=1)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.last = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        wide = functional.silu(self.down(x))
        deep = functional.silu(self.deep(functional.max_pool2d(wide, 2)))
        return self.last(torch.cat((wide, self.up(deep)), 1))


class GroupNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3, padding=1)
        self.norm = nn.GroupNorm(4, 8)

    def forward(self, x):
        return functional.interpolate(functional.mish(self.norm(self.conv(x))), scale_factor=2)


class Stays(nn.Module):
    """i0 has no ONNX form; the layers around it have."""

    def __init__(self):
        super().__init__()
        self.before, self.after = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x):
        inner = torch.special.i0(torch.tanh(self.before(x)) * 0.5)
        return torch.relu(self.after(inner))


class Breaks(nn.Module):
    """Several graphs, since what is printed lies between them."""

    def __init__(self):
        super().__init__()
        self.before, self.after = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x):
        x = torch.sigmoid(self.before(x))
        torch._dynamo.graph_break()
        return torch.tanh(self.after(x))


class ManyTypes(nn.Module):
    """Integers, truths and numbers of 64 bits, as inputs and as outputs."""

    def forward(self, ids, mask, wide):
        chosen = torch.where(mask, ids * 2, ids - 1)
        return chosen, mask.logical_not(), wide.exp() + chosen, (chosen > 3).to(torch.int32)


def encoder_layer():
    return nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, activation="gelu")


def encoder():
    """Two layers that differ in all that PyTorch's one-operator form is told."""
    first = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, norm_first=True)
    for each in (first, second := encoder_layer()):
        nn.init.uniform_(each.self_attn.in_proj_bias)
        nn.init.uniform_(each.norm1.bias)
        nn.init.uniform_(each.norm2.weight)
    return nn.Sequential(first, second)


def mixed_inputs():
    return torch.arange(12).view(3, 4), torch.rand(3, 4) > 0.5, torch.rand(3, 4).double()


#: A module and its inputs, by name.
CASES = {
    "mlp": (Mlp, lambda: (torch.rand(4, 16),)),
    "conv_net": (ConvNet, lambda: (torch.rand(2, 3, 12, 12),)),
    "lstm": (Recurrent, lambda: (torch.rand(2, 5, 8),)),
    "encoder_layer": (encoder_layer, lambda: (torch.rand(2, 6, 16),)),
    "encoder": (encoder, lambda: (torch.rand(2, 6, 16),)),
    "unet": (Unet, lambda: (torch.rand(1, 2, 8, 8),)),
    "group_net": (GroupNet, lambda: (torch.rand(2, 4, 6, 6),)),
    "many_types": (ManyTypes, mixed_inputs),
}
