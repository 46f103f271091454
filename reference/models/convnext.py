"""The ConvNeXt block of lecture 001: depthwise 7x7, layer norm, 1x1 up, GELU, 1x1 down, shortcut.

96 channels, 96x56x56: 79,296 parameters, 245,962,752 MACs
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ConvNeXtBlock(nn.Module):
    """One block; the 1x1 convolutions are linear layers on a channels-last map."""

    def __init__(self, channels: int, expansion: int = 4, scale: float = 1e-6) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, kernel_size=7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.up = nn.Linear(channels, expansion * channels)
        self.down = nn.Linear(expansion * channels, channels)
        self.scale = nn.Parameter(torch.full((channels,), scale))

    def forward(self, x: Tensor) -> Tensor:
        """The residual added to the map."""
        residual = self.depthwise(x).permute(0, 2, 3, 1)  # n x h x w x channels
        residual = self.down(F.gelu(self.up(self.norm(residual))))
        return x + (self.scale * residual).permute(0, 3, 1, 2)


def convnext_block() -> nn.Module:
    """The first block of ConvNeXt-T: 96 channels."""
    return ConvNeXtBlock(96)
