"""Small networks as students write them, odd ones included. Their lines are what diagnostics name."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class WithModules(nn.Module):
    """Convolution, ReLU, pooling and a linear layer, all as modules."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(8 * 16 * 16, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).flatten(1))


class WithFunctions(nn.Module):
    """The same network with functions for ReLU and pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.head = nn.Linear(8 * 16 * 16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.head(torch.flatten(x, 1))


class OwnParameters(nn.Module):
    """F.conv2d with weights that the network registers itself."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(16, 3, 3, 3))
        self.bias = nn.Parameter(torch.zeros(16))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight, self.bias, padding=1)


class MyConv(nn.Conv2d):
    """A convolution by another name."""


class Derived(nn.Module):
    """A layer of a class derived from Conv2d."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = MyConv(3, 16, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Gram(nn.Module):
    """A matrix product without weights."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2) @ x.flatten(2).transpose(1, 2)


class Thrice(nn.Module):
    """One convolution that runs three times."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(self.conv(self.conv(x)))


class NeverCalled(nn.Module):
    """A linear layer that forward forgets."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Conv2d(3, 4, 3)
        self.forgotten = nn.Linear(10, 20)

    def forward(self, x: Tensor) -> Tensor:
        return self.used(x).flatten(1)


class Tied(nn.Module):
    """Two layers that share one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(12, 12)
        self.second = nn.Linear(12, 12)
        self.second.weight = self.first.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.second(F.relu(self.first(x)))


class WideLinear(nn.Module):
    """A linear layer over the last axis of an image."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(32, 64)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x)


class Transposed(nn.Module):
    """A transposed convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(3, 16, 2, stride=2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.up(x)


class Attention(nn.Module):
    """Self-attention over the rows of an image's first channel."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        rows = x[:, 0]
        mixed, _ = self.attention(rows, rows, rows, need_weights=False)
        return mixed


class LeakyDropout(nn.Module):
    """F.dropout without `training` stays active in eval mode."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3 * 32 * 32, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.dropout(x.flatten(1), p=0.3)  # line named by the test: dropout
        return self.head(x)


class Noisy(nn.Module):
    """Adds noise whenever it runs."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.randn_like(x)  # line named by the test: noise


class StubbornNorm(nn.Module):
    """Puts its batch norm back into training mode."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x: Tensor) -> Tensor:
        self.norm.train()
        return self.norm(x)  # line named by the test: norm


class Ending(nn.Module):
    """A linear layer with something after it."""

    def __init__(self, ending: str) -> None:
        super().__init__()
        self.ending = ending
        self.head = nn.Linear(3 * 32 * 32, 10)

    def forward(self, x: Tensor) -> object:
        x = self.head(x.flatten(1))
        endings = {
            "softmax": lambda: F.softmax(x, 1),
            "log_softmax": lambda: F.log_softmax(x, dim=1).view(-1, 10),
            "argmax": lambda: x.argmax(1),
            "max": lambda: x.max(1)[1],
            "first": lambda: x[0],
            "pair": lambda: (x, x),
            "plain": lambda: x,
        }
        return endings[self.ending]()


class Bare(nn.Module):
    """Weights that are plain tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.zeros(784, 10)

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1) @ self.weight  # line named by the test: bare


class Block(nn.Module):
    """A residual block with batch norm, as in lecture 002."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        y += x
        return F.relu(y)


class Digits(nn.Module):
    """A digit classifier with in-place steps, views, batch norm, dropout and a counter on self."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.block = Block(8)
        self.norm = nn.GroupNorm(2, 8)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(8, classes)
        self.seen = 0

    def forward(self, x: Tensor) -> Tensor:
        self.seen += 1
        x = (x - 0.1307) / 0.3081
        x = F.relu(self.stem(x), inplace=True)
        x = self.norm(self.block(x))
        left, right = x.chunk(2, dim=1)
        x = torch.cat([right, left.abs_()], dim=1)
        x = F.adaptive_avg_pool2d(x, 1).view(x.size(0), -1)
        return self.head(self.drop(x))


class Recurrent(nn.Module):
    """Reads an image row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(12, 16, batch_first=True)
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        rows, _ = self.rnn(x[:, 0])
        return self.head(rows[:, -1])
