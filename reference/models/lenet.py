"""LeNet in the two forms that the lectures print.

lecture 000, "LeNet - Code":     1x28x28, sigmoid and average pooling:  61,706 parameters,   416,520 MACs
lecture 003, CIFAR-10 exercise:  3x32x32, ReLU and max pooling:         62,006 parameters,   651,720 MACs

Lecture 003 shows the second form twice, as the "simple CNN" of week 8 and as LeNet. Pooling has
no parameters, so whether it is a module or a function changes nothing: one network, two names.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class LeNet(nn.Module):
    """LeNet for 28x28 digits, padded by 2 so that the first convolution keeps the size."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of grey images."""
        x = torch.sigmoid(self.conv1(x))  # 6 x 28 x 28
        x = F.avg_pool2d(x, 2)  # 6 x 14 x 14
        x = torch.sigmoid(self.conv2(x))  # 16 x 10 x 10
        x = F.avg_pool2d(x, 2)  # 16 x 5 x 5
        x = torch.flatten(x, start_dim=1)  # 400
        x = torch.sigmoid(self.fc1(x))
        x = torch.sigmoid(self.fc2(x))
        return self.fc3(x)


class CifarLeNet(nn.Module):
    """LeNet for 3x32x32 colour images: no padding, ReLU, max pooling."""

    def __init__(self, num_classes: int = 10, in_channels: int = 3) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 6, kernel_size=5)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # 6 x 28 x 28 -> 6 x 14 x 14
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # 16 x 10 x 10 -> 16 x 5 x 5
        x = torch.flatten(x, start_dim=1)  # 400
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


class Week8Net(nn.Module):
    """The "simple CNN" of week 8 (lecture 003): the same layers, with the pool as a module."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        x = self.pool(F.relu(self.conv1(x)))  # 6 x 14 x 14
        x = self.pool(F.relu(self.conv2(x)))  # 16 x 5 x 5
        x = torch.flatten(x, start_dim=1)  # 400
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)
