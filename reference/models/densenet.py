"""DenseNet: every layer of a block reads all maps before it (lectures 000 and 001).

                                    parameters  MACs on 3x224x224
DenseNet-121, growth rate 32         7,978,856  2,834,161,664
DenseNet-161, growth rate 48        28,681,000  7,727,907,072
lecture 000's block, 6x32x32             3,296      3,145,728: 6 channels in, four layers with growth rate 4, 22 out

The growth rate is what one layer adds. A block of L layers makes k0 + k * L channels of k0; the slide's
k0 + k * (L - 1) is what its last layer reads.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class DenseLayer(nn.Module):
    """1x1 to four times the growth rate, then 3x3 to the growth rate, each after norm and ReLU."""

    def __init__(self, in_channels: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, 4 * growth, kernel_size=1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, kernel_size=3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The input with `growth` channels behind it."""
        new = self.conv1(F.relu(self.norm1(x)))
        new = self.conv2(F.relu(self.norm2(new)))
        return torch.cat((x, new), dim=1)


class Transition(nn.Sequential):
    """Halves channels, height and width between two blocks."""

    def __init__(self, in_channels: int) -> None:
        super().__init__(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(in_channels, in_channels // 2, kernel_size=1, bias=False),
            nn.AvgPool2d(kernel_size=2, stride=2),
        )


def dense_block(layers: int, in_channels: int, growth: int) -> nn.Sequential:
    """`layers` dense layers, which add `growth` channels each."""
    return nn.Sequential(*(DenseLayer(in_channels + growth * index, growth) for index in range(layers)))


class DenseNet(nn.Module):
    """A stem, four dense blocks with transitions between them, one linear layer."""

    def __init__(self, blocks: tuple[int, int, int, int], growth: int, *, first: int, num_classes: int = 1000) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(3, first, kernel_size=7, stride=2, padding=3, bias=False),  # 112 x 112
            nn.BatchNorm2d(first),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # 56 x 56
        ]
        channels = first
        for index, count in enumerate(blocks):  # 56 -> 28 -> 14 -> 7
            layers.append(dense_block(count, channels, growth))
            channels += growth * count
            if index < len(blocks) - 1:
                layers.append(Transition(channels))
                channels //= 2
        self.features = nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU(inplace=True))
        self.classifier = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        return self.classifier(self.features(x).mean((2, 3)))


def densenet121() -> nn.Module:
    """6, 12, 24 and 16 layers with growth rate 32."""
    return DenseNet((6, 12, 24, 16), 32, first=64)


def densenet161() -> nn.Module:
    """6, 12, 36 and 24 layers with growth rate 48."""
    return DenseNet((6, 12, 36, 24), 48, first=96)


def lecture_block() -> nn.Module:
    """The block of lecture 000's example: 6 channels in, 22 out."""
    return dense_block(4, 6, 4)
