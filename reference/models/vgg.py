"""VGG: the five configurations of lecture 001's table, and lecture 002's form for CIFAR-10.

                                        input      parameters   MACs
A, 11 weight layers                     3x224x224  132,863,336   7,609,090,048
B, 13 weight layers                     3x224x224  133,047,848  11,308,466,176
C, 16 weight layers, three of them 1x1  3x224x224  133,638,952  11,770,888,192
D, 16 weight layers: VGG16              3x224x224  138,357,544  15,470,264,320
E, 19 weight layers: VGG19              3x224x224  143,667,240  19,632,062,464
lecture 002 on CIFAR-10                 3x32x32      9,750,922     153,293,824

Lecture 002 calls the last one VGG16; its blocks are those of configuration A, so it is VGG-11.
"""

from torch import Tensor, nn

# A number is a 3x3 convolution with so many filters, a negative one a 1x1 convolution, "M" a pooling.
CONFIGURATIONS: dict[str, tuple[int | str, ...]] = {
    "A": (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"),
    "B": (64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"),
    "C": (64, 64, "M", 128, 128, "M", 256, 256, -256, "M", 512, 512, -512, "M", 512, 512, -512, "M"),
    "D": (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"),
    "E": (64, 64, "M", 128, 128, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"),
}


def features(configuration: tuple[int | str, ...]) -> nn.Sequential:
    """The convolutions of a configuration; each pooling halves the map."""
    layers: list[nn.Module] = []
    channels = 3
    for item in configuration:
        if isinstance(item, str):
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        kernel = 1 if item < 0 else 3
        layers += [nn.Conv2d(channels, abs(item), kernel_size=kernel, padding=kernel // 2), nn.ReLU(inplace=True)]
        channels = abs(item)
    return nn.Sequential(*layers)


class VGG(nn.Module):
    """Configuration A to E for 3x224x224."""

    def __init__(self, configuration: str = "D", num_classes: int = 1000) -> None:
        super().__init__()
        self.features = features(CONFIGURATIONS[configuration])
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        x = self.avgpool(self.features(x))  # 512 x 7 x 7
        return self.classifier(x.flatten(1))  # 25088 -> 4096 -> 4096 -> num_classes


def vgg_block(convolutions: int, in_channels: int, out_channels: int) -> nn.Sequential:
    """Some 3x3 convolutions of the same width and a pooling (lecture 002)."""
    layers: list[nn.Module] = []
    for _ in range(convolutions):
        layers += [nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(kernel_size=2, stride=2))


class CifarVGG(nn.Module):
    """Lecture 002's VGG for 3x32x32: eight convolutions and three linear layers of 512, 512 and 10."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.model = nn.Sequential(
            vgg_block(1, 3, 64),  # 64 x 16 x 16
            vgg_block(1, 64, 128),  # 128 x 8 x 8
            vgg_block(2, 128, 256),  # 256 x 4 x 4
            vgg_block(2, 256, 512),  # 512 x 2 x 2
            vgg_block(2, 512, 512),  # 512 x 1 x 1
            nn.Flatten(),
            nn.Linear(512, 512),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(512, 512),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(512, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        return self.model(x)


def vgg11() -> nn.Module:
    """Configuration A."""
    return VGG("A")


def vgg13() -> nn.Module:
    """Configuration B."""
    return VGG("B")


def vgg16_1x1() -> nn.Module:
    """Configuration C: VGG16 with 1x1 convolutions at the end of the last three blocks."""
    return VGG("C")


def vgg16() -> nn.Module:
    """Configuration D."""
    return VGG("D")


def vgg19() -> nn.Module:
    """Configuration E."""
    return VGG("E")
