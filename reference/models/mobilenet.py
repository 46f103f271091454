"""MobileNet V1, lecture 000's table 1, and its twin with regular convolutions (table 4).

                        parameters (with batch norm)  MACs on 3x224x224
MobileNet               4,231,976                       568,740,352
regular twin            29,294,088                    4,867,293,184

The table prints stride 2 in the last depthwise row. The map is 7x7 there and stays 7x7, so the stride is 1;
with 2, the network would have 533.8 million MACs.
"""

from torch import Tensor, nn

# Output channels and stride of each block, from the table.
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1))


def conv_bn(in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Convolution, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


class MobileNet(nn.Module):
    """A regular convolution, thirteen blocks, one linear layer.

    `separable` False makes each block one regular 3x3 convolution; `width` multiplies all channels;
    `last_stride` 2 builds the row as it is printed.
    """

    def __init__(
        self, num_classes: int = 1000, *, separable: bool = True, width: float = 1.0, last_stride: int = 1
    ) -> None:
        super().__init__()
        channels = int(32 * width)
        layers = [conv_bn(3, channels, 3, stride=2)]  # 32 x 112 x 112
        for index, (out_channels, stride) in enumerate(BLOCKS):
            out_channels = int(out_channels * width)
            stride = last_stride if index == len(BLOCKS) - 1 else stride
            if separable:
                layers.append(conv_bn(channels, channels, 3, stride, groups=channels))
                layers.append(conv_bn(channels, out_channels, 1))
            else:
                layers.append(conv_bn(channels, out_channels, 3, stride))
            channels = out_channels
        self.features = nn.Sequential(*layers)  # 1024 x 7 x 7
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        return self.fc(self.features(x).mean((2, 3)))


def regular_mobilenet() -> nn.Module:
    """The twin of table 4, "Conv MobileNet"."""
    return MobileNet(separable=False)
