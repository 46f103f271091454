"""HarDNet (lecture 000): a dense block in which layer n reads layers n - 1, n - 2, n - 4, ... only.

HarDNet-39DS, 3x224x224:                 3,488,228 parameters, 429,471,474 MACs
the same with the slide's stem:          3,488,228 parameters, 453,857,010 MACs
the lecture's block, 100x28x28, k = 20, m = 2, 8 layers, 240 channels out: 70,400 parameters, 53,939,200 MACs

The network that the lecture prints has another stem (stride 1 and a max pooling, in front of the 1x1
convolution), `stem="slide"`. Its log reads 3,529,270 parameters, which
neither has.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

# HarDNet-39DS: output channels, growth rate and layers of each stage, and whether it is halved afterwards.
STAGES = ((96, 16, 4, True), (320, 20, 16, True), (640, 64, 8, True), (1024, 160, 4, False))
MULTIPLIER = 1.6


class Link(NamedTuple):
    """Channels in and out of a layer, and the layers that it reads."""

    in_channels: int
    out_channels: int
    reads: tuple[int, ...]


def link(layer: int, block_input: int, growth: int, multiplier: float) -> Link:
    """What a layer reads, and how wide it is.

    Layer 0 is the block's input. Layer n reads layer n - 2^i wherever 2^i divides n, and each such i > 0
    multiplies its own width, which is rounded to an even number.
    """
    if layer == 0:
        return Link(0, block_input, ())
    steps = [2**i for i in range(layer.bit_length()) if layer % 2**i == 0]
    width = growth * multiplier ** (len(steps) - 1)
    reads = tuple(layer - step for step in steps)
    arriving = sum(link(other, block_input, growth, multiplier).out_channels for other in reads)
    return Link(arriving, int(int(width + 1) / 2) * 2, reads)


class ConvLayer(nn.Sequential):
    """Convolution, batch norm, ReLU6."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1) -> None:
        super().__init__()
        convolution = nn.Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2, bias=False)
        self.add_module("conv", convolution)
        self.add_module("norm", nn.BatchNorm2d(out_channels))
        self.add_module("relu", nn.ReLU6(inplace=True))


class DWConvLayer(nn.Sequential):
    """Depthwise 3x3 convolution and batch norm, without an activation."""

    def __init__(self, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.add_module("dwconv", nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False))
        self.add_module("norm", nn.BatchNorm2d(channels))


class HarDBlock(nn.Module):
    """`layers` separable layers, linked by powers of two; odd layers and the last one leave the block."""

    def __init__(self, in_channels: int, growth: int, multiplier: float, layers: int) -> None:
        super().__init__()
        self.links = [link(n + 1, in_channels, growth, multiplier) for n in range(layers)]
        self.layers = nn.ModuleList(
            nn.Sequential(ConvLayer(item.in_channels, item.out_channels, 1), DWConvLayer(item.out_channels))
            for item in self.links
        )
        self.leaving = [n for n in range(1, layers + 1) if n % 2 or n == layers]
        self.out_channels = sum(self.links[n - 1].out_channels for n in self.leaving)

    def forward(self, x: Tensor) -> Tensor:
        """The leaving layers' maps, concatenated."""
        maps = [x]
        for item, layer in zip(self.links, self.layers, strict=True):
            maps.append(layer(torch.cat([maps[n] for n in item.reads], dim=1)))
        return torch.cat([maps[n] for n in self.leaving], dim=1)


def stem_layers(stem: str) -> list[nn.Module]:
    """3 to 48 channels, and a quarter of the side: as published, or as the slide prints it."""
    if stem == "slide":
        return [ConvLayer(3, 24), nn.MaxPool2d(2, stride=2), ConvLayer(24, 48, 1), DWConvLayer(48, stride=2)]
    return [ConvLayer(3, 24, stride=2), ConvLayer(24, 48, 1), DWConvLayer(48, stride=2)]


class HarDNet39DS(nn.Module):
    """HarDNet-39DS: depthwise-separable, four stages."""

    def __init__(self, num_classes: int = 1000, stem: str = "published") -> None:
        super().__init__()
        self.base = nn.ModuleList(stem_layers(stem))  # 48 x 56 x 56
        channels = 48
        for out_channels, growth, layers, halve in STAGES:
            block = HarDBlock(channels, growth, MULTIPLIER, layers)
            self.base += [block, ConvLayer(block.out_channels, out_channels, 1)]
            channels = out_channels
            if halve:
                self.base.append(DWConvLayer(channels, stride=2))
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Dropout(0.05), nn.Linear(channels, num_classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        for layer in self.base:
            x = layer(x)
        return self.head(x)


def lecture_block() -> nn.Module:
    """The block of the lecture's table."""
    return HarDBlock(100, 20, 2, 8)


def slide_hardnet() -> nn.Module:
    """HarDNet-39DS with the stem that the slide prints."""
    return HarDNet39DS(stem="slide")
