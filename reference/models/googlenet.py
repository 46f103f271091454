"""GoogLeNet of lecture 002 for CIFAR-10, with its two auxiliary heads.

with both heads            3x32x32    7,178,052 parameters   33,880,064 MACs (heads: 601,226 and 603,274 parameters)
with the missing layer     3x32x32    7,188,302 parameters   33,890,304 MACs
the first Inception block  192x28x28    163,696 parameters  128,049,152 MACs

The slide's trunk ends in 1,024 averaged features: it has no layer for the ten classes. `classifier`
adds the one that is missing. The slide's heads begin with AvgPool2d(5, stride 3),
which cannot run on the 2x2 map that 32x32 leaves; its table was made without, and so is this.
torchvision's googlenet, which lecture 001 lists, has batch norm and other heads: 13,004,888 parameters.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Widths(NamedTuple):
    """Filters of an Inception block: 1x1; 1x1 before 3x3; 1x1 before 5x5; 1x1 after the pool."""

    one: int
    three: tuple[int, int]
    five: tuple[int, int]
    pool: int


class Inception(nn.Module):
    """Four branches side by side, concatenated: 1x1, 1x1-3x3, 1x1-5x5 and pool-1x1."""

    def __init__(self, in_channels: int, widths: Widths) -> None:
        super().__init__()
        self.b1 = nn.Conv2d(in_channels, widths.one, kernel_size=1)
        self.b2_reduce = nn.Conv2d(in_channels, widths.three[0], kernel_size=1)
        self.b2 = nn.Conv2d(*widths.three, kernel_size=3, padding=1)
        self.b3_reduce = nn.Conv2d(in_channels, widths.five[0], kernel_size=1)
        self.b3 = nn.Conv2d(*widths.five, kernel_size=5, padding=2)
        self.b4_pool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        self.b4 = nn.Conv2d(in_channels, widths.pool, kernel_size=1)
        self.out_channels = widths.one + widths.three[1] + widths.five[1] + widths.pool

    def forward(self, x: Tensor) -> Tensor:
        """The four branches of a batch of maps; height and width stay."""
        one = F.relu(self.b1(x))
        three = F.relu(self.b2(F.relu(self.b2_reduce(x))))
        five = F.relu(self.b3(F.relu(self.b3_reduce(x))))
        pooled = F.relu(self.b4(self.b4_pool(x)))
        return torch.cat((one, three, five, pooled), dim=1)


class AuxiliaryHead(nn.Module):
    """A classifier on a map in mid-network, used in training only.

    `features` is 128 times the places of the map that arrives; `pool` puts back the slide's AvgPool2d.
    """

    def __init__(self, in_channels: int, num_classes: int, *, features: int = 512, pool: bool = False) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            *([nn.AvgPool2d(kernel_size=5, stride=3)] if pool else []),
            nn.Conv2d(in_channels, 128, kernel_size=1),
        )
        self.fc = nn.Sequential(nn.Linear(features, 1024), nn.ReLU(), nn.Dropout(), nn.Linear(1024, num_classes))

    def forward(self, x: Tensor) -> Tensor:
        """Scores from a map of mid-network."""
        return self.fc(torch.flatten(self.conv(x), start_dim=1))


def stem() -> nn.Sequential:
    """Everything before the first Inception block."""
    return nn.Sequential(
        nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3),  # 64 x 16 x 16
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # 64 x 8 x 8
        ),
        nn.Sequential(
            nn.Conv2d(64, 64, kernel_size=1),
            nn.ReLU(),
            nn.Conv2d(64, 192, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # 192 x 4 x 4
        ),
    )


class CifarGoogLeNet(nn.Module):
    """Nine Inception blocks; returns the trunk's output and, of both heads, their scores.

    `head_features` is what reaches a head's first linear layer: 128 * 2 * 2 for 32x32 without the
    AvgPool; `head_pool` puts that layer back, for larger images. `classifier` adds the last layer.
    """

    def __init__(
        self, num_classes: int = 10, *, classifier: bool = False, head_features: int = 512, head_pool: bool = False
    ) -> None:
        super().__init__()
        head = {"features": head_features, "pool": head_pool}
        self.conv_block = stem()
        self.inception_block_1 = nn.Sequential(
            Inception(192, Widths(64, (96, 128), (16, 32), 32)),  # 256 x 4 x 4
            Inception(256, Widths(128, (128, 192), (32, 96), 64)),  # 480 x 4 x 4
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # 480 x 2 x 2
            Inception(480, Widths(192, (96, 208), (16, 48), 64)),  # 512 x 2 x 2
        )
        self.aux_1 = AuxiliaryHead(512, num_classes, **head)
        self.inception_block_2 = nn.Sequential(
            Inception(512, Widths(160, (112, 224), (24, 64), 64)),
            Inception(512, Widths(128, (128, 256), (24, 64), 64)),
            Inception(512, Widths(112, (144, 288), (32, 64), 64)),  # 528 x 2 x 2
        )
        self.aux_2 = AuxiliaryHead(528, num_classes, **head)
        self.inception_block_3 = nn.Sequential(
            Inception(528, Widths(256, (160, 320), (32, 128), 128)),  # 832 x 2 x 2
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),  # 832 x 1 x 1
            Inception(832, Widths(256, (160, 320), (32, 128), 128)),
            Inception(832, Widths(384, (192, 384), (48, 128), 128)),  # 1024 x 1 x 1
            nn.AdaptiveAvgPool2d((1, 1)),
            nn.Flatten(),  # 1024
        )
        self.classifier = nn.Linear(1024, num_classes) if classifier else nn.Identity()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Output of the trunk and scores of the two heads."""
        middle = self.inception_block_1(self.conv_block(x))
        early = self.aux_1(middle)
        middle = self.inception_block_2(middle)
        late = self.aux_2(middle)
        return self.classifier(self.inception_block_3(middle)), early, late


def inception_3a() -> nn.Module:
    """The first Inception block of lecture 002: 192 channels in, 256 out."""
    return Inception(192, Widths(64, (96, 128), (16, 32), 32))


def googlenet_with_classifier() -> nn.Module:
    """The CIFAR-10 form with the layer for ten classes that the slide forgot."""
    return CifarGoogLeNet(classifier=True)
