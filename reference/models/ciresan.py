"""The MNIST networks of report 004, after Ciresan and others (2011).

                                                     input    parameters  MACs
seven convolutions, three poolings, three linear     1x28x28  5,609,770     242,937,600
the same with residual sums and two poolings         1x28x28  9,566,698     883,904,256
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def classifier(features: int, linear_layers: int, num_classes: int) -> nn.Sequential:
    """`linear_layers` linear layers, 512 wide but for the last."""
    layers: list[nn.Module] = []
    for _ in range(linear_layers - 1):
        layers += [nn.Linear(features, 512), nn.ReLU()]
        features = 512
    return nn.Sequential(*layers, nn.Linear(features, num_classes))


class CiresanNet(nn.Module):
    """Seven 5x5 convolutions of 48, 128 and five times 192 filters."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 48, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(48, 128, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(128, 192, kernel_size=5, padding=2)
        self.conv4 = nn.Conv2d(192, 192, kernel_size=5, padding=2)
        self.conv5 = nn.Conv2d(192, 192, kernel_size=5, padding=2)
        self.conv6 = nn.Conv2d(192, 192, kernel_size=5, padding=2)
        self.conv7 = nn.Conv2d(192, 192, kernel_size=5, padding=2)
        self.classifier = classifier(192 * 3 * 3, 3, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of grey images."""
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # 48 x 28 x 28 -> 48 x 14 x 14
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # 128 x 14 x 14 -> 128 x 7 x 7
        for convolution in (self.conv3, self.conv4, self.conv5, self.conv6, self.conv7):
            x = F.relu(convolution(x))  # 192 x 7 x 7
        x = F.max_pool2d(x, 2)  # 192 x 3 x 3
        return self.classifier(torch.flatten(x, start_dim=1))  # 1728 -> 512 -> 512 -> num_classes


class ResidualCiresanNet(nn.Module):
    """The same convolutions with three residual sums, the first over a 1x1 convolution.

    Without `early_pool` the map stays at 28x28 until the last pooling.
    """

    def __init__(self, num_classes: int = 10, *, linear_layers: int = 3, early_pool: bool = True) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 48, kernel_size=5, padding=2)
        self.pool = nn.MaxPool2d(2) if early_pool else nn.Identity()
        self.conv2 = nn.Conv2d(48, 128, kernel_size=5, padding=2)
        self.conv3_1x1 = nn.Conv2d(128, 192, kernel_size=1)
        self.conv3 = nn.Conv2d(128, 192, kernel_size=5, padding=2)
        self.conv4 = nn.Conv2d(192, 192, kernel_size=5, padding=2)
        self.conv5 = nn.Conv2d(192, 192, kernel_size=5, padding=2)
        self.conv6 = nn.Conv2d(192, 192, kernel_size=5, padding=2)
        self.conv7 = nn.Conv2d(192, 192, kernel_size=5, padding=2)
        self.classifier = classifier(192 * (49 if early_pool else 196), linear_layers, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of grey images."""
        x = self.pool(F.relu(self.conv1(x)))  # 48 x 14 x 14
        x = F.relu(self.conv2(x))  # 128 x 14 x 14
        x = F.relu(self.conv3(x) + self.conv3_1x1(x))  # 192 x 14 x 14
        x = F.relu(self.conv4(x))
        x = F.relu(self.conv5(x) + x)
        x = F.relu(self.conv6(x))
        x = F.relu(self.conv7(x) + x)
        x = F.max_pool2d(x, 2)  # 192 x 7 x 7
        return self.classifier(torch.flatten(x, start_dim=1))  # 9408 -> 512 -> 512 -> num_classes
