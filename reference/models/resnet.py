"""ResNet-18 to 152 as in lecture 001's table, their relatives, and lecture 002's residual block.

                                        parameters  MACs on 3x224x224 (stride in the 3x3 / in the 1x1)
ResNet-18                               11,689,512   1,814,073,344
ResNet-34                               21,797,672   3,663,761,408
ResNet-50                               25,557,032   4,089,184,256 /  3,857,973,248
ResNet-101                              44,549,160   7,801,405,440 /  7,570,194,432
ResNet-152                              60,192,808  11,513,626,624 / 11,282,415,616
ResNeXt-50 32x4d                        25,028,904   4,230,479,872
SE-ResNet-50                            28,088,024   4,091,699,200
Wide ResNet-50-2                        68,883,240  11,398,021,120
lecture 002's ResNet-18, 3x32x32        11,184,650      37,016,576
lecture 002's residual block, 64x56x56     230,272     179,830,784
lecture 000's bottleneck, 256x56x56         70,400     218,365,952

The table of lecture 001 is the paper's: a bottleneck strides in its first 1x1 convolution there.
torchvision strides in the 3x3, which costs 231,211,008 MACs more and is what `stride_first=False` builds.
"""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from reference.models.senet import SEModule


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut (ResNet-18 and 34)."""

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = projection(in_channels, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        """The residual added to the shortcut."""
        residual = F.relu(self.bn1(self.conv1(x)))
        residual = self.bn2(self.conv2(residual))
        return F.relu(residual + self.shortcut(x))


class Bottleneck(nn.Module):
    """1x1 down, 3x3, 1x1 up to four times the channels, beside a shortcut (ResNet-50 and deeper).

    `groups` and `width` make it a ResNeXt or a wide ResNet, `attention` an SE-ResNet.
    """

    expansion = 4

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        *,
        groups: int = 1,
        width: int = 64,
        stride_first: bool = False,
        attention: bool = False,
    ) -> None:
        super().__init__()
        inner, out = channels * width // 64 * groups, channels * self.expansion
        first, second = (stride, 1) if stride_first else (1, stride)
        self.conv1 = nn.Conv2d(in_channels, inner, 1, stride=first, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride=second, padding=1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.attention = SEModule(out) if attention else nn.Identity()
        self.shortcut = projection(in_channels, out, stride)

    def forward(self, x: Tensor) -> Tensor:
        """The residual added to the shortcut."""
        residual = F.relu(self.bn1(self.conv1(x)))
        residual = F.relu(self.bn2(self.conv2(residual)))
        residual = self.attention(self.bn3(self.conv3(residual)))
        return F.relu(residual + self.shortcut(x))


class PaddedShortcut(nn.Module):
    """Option A of the paper: every second pixel, missing channels filled with zeros; no parameters."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.added, self.stride = out_channels - in_channels, stride

    def forward(self, x: Tensor) -> Tensor:
        """The same map, thinned out and padded."""
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.added))


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Option B of the paper: a 1x1 convolution where the shapes differ, else nothing."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
    )


Block = Callable[[int, int, int], nn.Module]


class ResNet(nn.Module):
    """A stem, four stages of blocks, and one linear layer on averaged features."""

    def __init__(
        self,
        block: Block,
        blocks: tuple[int, int, int, int],
        *,
        expansion: int,
        in_channels: int = 3,
        outputs: int = 1000,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False),  # 64 x 112 x 112
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),  # 64 x 56 x 56
        )
        arriving = 64
        self.stages = nn.Sequential()  # 56 -> 28 -> 14 -> 7
        for stage, count in enumerate(blocks):
            channels, layers = 64 * 2**stage, []
            for index in range(count):
                layers.append(block(arriving, channels, 2 if stage and not index else 1))
                arriving = channels * expansion
            self.stages.append(nn.Sequential(*layers))
        self.fc = nn.Linear(arriving, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of images."""
        x = self.stages(self.stem(x))  # 512 * expansion x 7 x 7
        return self.fc(x.mean((2, 3)))


def resnet18(in_channels: int = 3, outputs: int = 1000) -> nn.Module:
    """Two basic blocks in each stage."""
    return ResNet(BasicBlock, (2, 2, 2, 2), expansion=1, in_channels=in_channels, outputs=outputs)


def resnet34(padded_shortcuts: bool = False) -> nn.Module:
    """3, 4, 6 and 3 basic blocks; with option A's shortcuts it has the paper's 3.6e9 exactly."""
    network = ResNet(BasicBlock, (3, 4, 6, 3), expansion=1)
    if padded_shortcuts:
        for module in network.modules():
            if isinstance(module, BasicBlock) and isinstance(module.shortcut, nn.Sequential):
                convolution = module.shortcut[0]
                module.shortcut = PaddedShortcut(
                    convolution.in_channels, convolution.out_channels, convolution.stride[0]
                )
    return network


def _bottlenecks(blocks: tuple[int, int, int, int], **options: int | bool) -> nn.Module:
    def block(in_channels: int, channels: int, stride: int) -> nn.Module:
        return Bottleneck(in_channels, channels, stride, **options)

    return ResNet(block, blocks, expansion=Bottleneck.expansion)


def resnet50(stride_first: bool = False) -> nn.Module:
    """3, 4, 6 and 3 bottlenecks."""
    return _bottlenecks((3, 4, 6, 3), stride_first=stride_first)


def resnet101(stride_first: bool = False) -> nn.Module:
    """3, 4, 23 and 3 bottlenecks."""
    return _bottlenecks((3, 4, 23, 3), stride_first=stride_first)


def resnet152(stride_first: bool = False) -> nn.Module:
    """3, 8, 36 and 3 bottlenecks."""
    return _bottlenecks((3, 8, 36, 3), stride_first=stride_first)


def resnext50() -> nn.Module:
    """ResNeXt-50 32x4d: the 3x3 convolution in 32 groups of 4 channels."""
    return _bottlenecks((3, 4, 6, 3), groups=32, width=4)


def wide_resnet50() -> nn.Module:
    """Wide ResNet-50-2: the 3x3 convolution twice as wide."""
    return _bottlenecks((3, 4, 6, 3), width=128)


def se_resnet50() -> nn.Module:
    """SENet: ResNet-50 with a squeeze-and-excitation module at the end of each block."""
    return _bottlenecks((3, 4, 6, 3), attention=True)


class LectureResidual(nn.Module):
    """Lecture 002's residual block: its convolutions keep their biases, its 1x1 shortcut has no norm."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv3 = nn.Conv2d(in_channels, channels, 1, stride=stride) if stride > 1 else nn.Identity()
        self.bn1 = nn.BatchNorm2d(channels)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """The residual added to the shortcut."""
        residual = F.relu(self.bn1(self.conv1(x)))
        residual = self.bn2(self.conv2(residual))
        return F.relu(residual + self.conv3(x))


class LectureResNet(ResNet):
    """Lecture 002's ResNet-18 for CIFAR-10."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__(LectureResidual, (2, 2, 2, 2), expansion=1, outputs=num_classes)
        self.stem[0] = nn.Conv2d(3, 64, 7, stride=2, padding=3)


def lecture_residual() -> nn.Module:
    """One block of lecture 002 that halves the map: 64 channels in, 128 out."""
    return LectureResidual(64, 128, stride=2)


def bottleneck() -> nn.Module:
    """Lecture 000's bottleneck: 256 channels in, 64 inside, 256 out."""
    return Bottleneck(256, 64)
