"""Networks that counters get wrong, with multiply-adds and parameters by hand; without biases there is one truth."""

import torch
from torch import nn
from torch.nn import functional


class MyConv(nn.Conv2d):
    """A convolution by another name."""


class Functions(nn.Module):
    """ReLU and pooling as functions."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)

    def forward(self, x):
        return functional.max_pool2d(functional.relu(self.conv(x)), 2)


class OwnParameters(nn.Module):
    """F.conv2d with a weight that the network registers itself."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(16, 3, 3, 3))

    def forward(self, x):
        return functional.conv2d(x, self.weight, padding=1)


class Derived(nn.Module):
    """A layer of a class derived from Conv2d."""

    def __init__(self):
        super().__init__()
        self.conv = MyConv(3, 16, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(x)


class Gram(nn.Module):
    """A matrix product without weights."""

    def forward(self, x):
        return x.flatten(2) @ x.flatten(2).transpose(1, 2)


class Thrice(nn.Module):
    """One convolution that runs three times."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(self.conv(self.conv(x)))


class NeverCalled(nn.Module):
    """A layer that forward forgets."""

    def __init__(self):
        super().__init__()
        self.used = nn.Conv2d(3, 4, 3, bias=False)
        self.forgotten = nn.Linear(10, 20, bias=False)

    def forward(self, x):
        return self.used(x)


class Tied(nn.Module):
    """Two layers that share one weight."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(32, 32, bias=False)
        self.second = nn.Linear(32, 32, bias=False)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.second(functional.relu(self.first(x)))


class WideLinear(nn.Module):
    """A linear layer over the last axis of an image."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(32, 64, bias=False)

    def forward(self, x):
        return self.linear(x)


class Transposed(nn.Module):
    """A transposed convolution."""

    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(3, 16, 2, stride=2, bias=False)

    def forward(self, x):
        return self.up(x)


class Attention(nn.Module):
    """Self-attention over the rows of an image's first channel."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True, bias=False)

    def forward(self, x):
        rows = x[:, 0]
        return self.attention(rows, rows, rows, need_weights=False)[0]


IMAGE = (3, 32, 32)

EXPECTED = {
    "Functions": (32 * 32 * 8 * 27, 216),
    "OwnParameters": (32 * 32 * 16 * 27, 432),
    "Derived": (32 * 32 * 16 * 27, 432),
    "Gram": (3 * 3 * 1024, 0),
    "Thrice": (3 * 32 * 32 * 3 * 27, 81),
    "NeverCalled": (30 * 30 * 4 * 27, 108 + 200),
    "Tied": (2 * 3 * 32 * 32 * 32, 1024),
    "WideLinear": (3 * 32 * 32 * 64, 2048),
    "Transposed": (32 * 32 * 3 * 16 * 4, 192),
    "Attention": (32 * 32 * 96 + 2 * 32 * 32 * 32 + 32 * 32 * 32, 32 * 96 + 32 * 32),
}
"""Multiply-adds of one image, and distinct parameters."""
