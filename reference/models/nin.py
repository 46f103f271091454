"""Network in Network, lecture 002's form for CIFAR-10.

input 3x32x32: 1,589,926 parameters, 158,901,768 MACs (159,426,198 in the lecture's table, which adds the biases)
"""

from torch import Tensor, nn


def nin_block(in_channels: int, out_channels: int) -> nn.Sequential:
    """A 3x3 convolution and two 1x1 convolutions: a small network at every place of the map."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, kernel_size=1),
        nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, kernel_size=1),
        nn.ReLU(),
    )


class NiN(nn.Module):
    """No linear layer: the last block has one channel for each class, averaged over its map."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nin_block(3, 96),  # 96 x 32 x 32
            nn.MaxPool2d(kernel_size=3, stride=2),  # 96 x 15 x 15
            nin_block(96, 256),
            nn.MaxPool2d(kernel_size=3, stride=2),  # 256 x 7 x 7
            nin_block(256, 384),
            nn.MaxPool2d(kernel_size=3, stride=2),  # 384 x 3 x 3
            nn.Dropout(0.5),
            nin_block(384, num_classes),
            nn.AdaptiveAvgPool2d((1, 1)),
            nn.Flatten(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        return self.model(x)
