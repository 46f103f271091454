"""Regular and depthwise-separable convolution side by side (lecture 000, HW4 question 1).

The first block of MobileNet, M = 32 channels in, N = 64 out, 112x112:
regular 18,432 weights, 231,211,008 MACs; separable 2,336 weights, 3,612,672 + 25,690,112 = 29,302,784 MACs.
"""

from torch import Tensor, nn


class SeparableConv(nn.Module):
    """A depthwise k x k convolution, one filter for each channel, then a pointwise 1x1 convolution."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(
            in_channels, in_channels, kernel_size, stride, kernel_size // 2, groups=in_channels, bias=False
        )
        self.pointwise = nn.Conv2d(in_channels, out_channels, kernel_size=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Maps with mixed channels."""
        return self.pointwise(self.depthwise(x))


def separable_block() -> nn.Module:
    """The separable form of 32 to 64 channels."""
    return SeparableConv(32, 64)


def regular_block() -> nn.Module:
    """The regular 3x3 convolution of 32 to 64 channels."""
    return nn.Sequential(nn.Conv2d(32, 64, kernel_size=3, padding=1, bias=False))
