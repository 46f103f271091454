"""EfficientNet-B0 and compound scaling to B7 (lectures 000, 001 and 003).

      width  depth  side  parameters  MACs
B0    1.0    1.0    224    5,288,548     385,814,752
B1    1.0    1.1    240    7,794,184     686,802,832
B2    1.1    1.2    260    9,109,994     993,561,872
B3    1.2    1.4    300   12,233,232   1,827,141,392
B4    1.4    1.8    380   19,341,616   4,393,771,024
B5    1.6    2.2    456   30,389,784  10,266,384,752
B6    1.8    2.6    528   43,040,704  19,067,593,536
B7    2.0    3.1    600   66,347,960  37,745,884,192
"""

from math import ceil
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn


class Stage(NamedTuple):
    """One row of the lecture's table between the stem and the head."""

    expansion: int
    kernel_size: int
    stride: int
    channels: int
    layers: int


STAGES = (
    Stage(1, 3, 1, 16, 1),
    Stage(6, 3, 2, 24, 2),
    Stage(6, 5, 2, 40, 2),
    Stage(6, 3, 2, 80, 3),
    Stage(6, 5, 1, 112, 3),
    Stage(6, 5, 2, 192, 4),
    Stage(6, 3, 1, 320, 1),
)


class Scale(NamedTuple):
    """Multipliers of width and depth, and the side of the image."""

    width: float
    depth: float
    side: int


SCALES = {
    "B0": Scale(1.0, 1.0, 224),
    "B1": Scale(1.0, 1.1, 240),
    "B2": Scale(1.1, 1.2, 260),
    "B3": Scale(1.2, 1.4, 300),
    "B4": Scale(1.4, 1.8, 380),
    "B5": Scale(1.6, 2.2, 456),
    "B6": Scale(1.8, 2.6, 528),
    "B7": Scale(2.0, 3.1, 600),
}


def scaled_width(channels: int, width: float) -> int:
    """Channels times width, to the next multiple of eight, and never more than a tenth below."""
    wanted = channels * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


def conv_bn(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1, *, act: bool = True
) -> nn.Sequential:
    """Convolution, batch norm and, unless told otherwise, SiLU."""
    convolution = nn.Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(out_channels), nn.SiLU(inplace=True) if act else nn.Identity())


class SqueezeExcitation(nn.Module):
    """Weighs channels by a gate that is a quarter as wide as the block's input."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(channels, squeezed, kernel_size=1)
        self.up = nn.Conv2d(squeezed, channels, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        """The map with weighed channels."""
        gate = F.adaptive_avg_pool2d(x, 1)
        return x * self.up(F.silu(self.down(gate))).sigmoid()


class MBConv(nn.Module):
    """1x1 up, depthwise, squeeze-and-excitation, 1x1 down; a shortcut where the shape stays."""

    def __init__(self, in_channels: int, out_channels: int, stage: Stage, stride: int) -> None:
        super().__init__()
        inner = in_channels * stage.expansion
        layers = [conv_bn(in_channels, inner, 1)] if stage.expansion > 1 else []
        layers += [
            conv_bn(inner, inner, stage.kernel_size, stride, groups=inner),
            SqueezeExcitation(inner, max(1, in_channels // 4)),
            conv_bn(inner, out_channels, 1, act=False),
        ]
        self.block = nn.Sequential(*layers)
        self.residual = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        """Maps of the block."""
        return x + self.block(x) if self.residual else self.block(x)


class EfficientNet(nn.Module):
    """Stem, seven stages of MBConv, head; `width` and `depth` scale B0."""

    def __init__(self, width: float = 1.0, depth: float = 1.0, num_classes: int = 1000) -> None:
        super().__init__()
        channels = scaled_width(32, width)
        self.stem = conv_bn(3, channels, 3, stride=2)  # 32 x 112 x 112
        self.stages = nn.ModuleList()
        for stage in STAGES:  # 112 -> 56 -> 28 -> 14 -> 14 -> 7 -> 7
            out_channels, blocks = scaled_width(stage.channels, width), []
            for index in range(ceil(stage.layers * depth)):
                blocks.append(MBConv(channels, out_channels, stage, 1 if index else stage.stride))
                channels = out_channels
            self.stages.append(nn.Sequential(*blocks))
        self.head = conv_bn(channels, 4 * channels, 1)  # 1280 x 7 x 7
        self.classifier = nn.Linear(4 * channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.classifier(self.head(x).mean((2, 3)))


def efficientnet(name: str = "B0", num_classes: int = 1000) -> nn.Module:
    """One of B0 to B7; SCALES has the image's side that belongs to it."""
    scale = SCALES[name]
    return EfficientNet(scale.width, scale.depth, num_classes)
