"""Squeeze-and-excitation, lecture 001: a module that weighs the channels of a map.

64 channels, ratio 16, 64x56x56: 580 parameters, 512 MACs. Fewer than 16 channels leave none after the
squeeze, and the module cannot be built. reference.models.resnet.se_resnet50 is the whole SENet.
"""

from torch import Tensor, nn


class SEModule(nn.Module):
    """Averages each channel, squeezes and excites the vector, and scales the channels by it."""

    def __init__(self, channels: int, ratio: int = 16) -> None:
        super().__init__()
        squeezed = channels // ratio
        self.gate = nn.Sequential(
            nn.Conv2d(channels, squeezed, kernel_size=1),
            nn.ReLU(),
            nn.Conv2d(squeezed, channels, kernel_size=1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """The map with weighed channels."""
        weights = self.gate(x.mean((2, 3), keepdim=True))  # channels x 1 x 1
        return x * weights


def se_module() -> nn.Module:
    """The module for 64 channels."""
    return SEModule(64)
