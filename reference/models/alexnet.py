"""AlexNet as each lecture has it. None of them is the network of 2012, and no two are the same.

                                                         input        parameters  MACs
lecture 000, HW4: 64-192 channels, classifier 4096-1024  3x224x224    45,442,856    698,533,568
report 004: the same with 196 channels                   3x224x224    45,463,084    705,535,424
lecture 001, PyTorch (= torchvision): 4096-4096          3x224x224    61,100,840    714,188,480
lecture 001, Keras: 96-256 channels, no padding          3x224x224    50,844,008  1,009,945,728
the same on 227, as the paper means it                   3x227x227    62,378,344  1,135,256,096
two groups, as on the two GPUs of 2012                   3x227x227    60,965,224    724,406,816
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class LectureAlexNet(nn.Module):
    """Lecture 000's network, as printed: F.dropout without `training` stays active in eval mode."""

    def __init__(self, num_classes: int = 1000, channels: int = 192) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2)
        self.conv2 = nn.Conv2d(64, channels, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(channels, 384, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(384, 256, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(256, 256, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(256 * 6 * 6, 4096)
        self.fc2 = nn.Linear(4096, 1024)
        self.fc3 = nn.Linear(1024, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        x = F.max_pool2d(F.relu(self.conv1(x)), kernel_size=3, stride=2)  # 64 x 55 x 55 -> 64 x 27 x 27
        x = F.max_pool2d(F.relu(self.conv2(x)), kernel_size=3, stride=2)  # 192 x 27 x 27 -> 192 x 13 x 13
        x = F.relu(self.conv3(x))  # 384 x 13 x 13
        x = F.relu(self.conv4(x))  # 256 x 13 x 13
        x = F.max_pool2d(F.relu(self.conv5(x)), kernel_size=3, stride=2)  # 256 x 13 x 13 -> 256 x 6 x 6
        x = torch.flatten(x, start_dim=1)  # 9216
        x = F.dropout(F.relu(self.fc1(x)), p=0.5)  # 4096
        x = F.dropout(F.relu(self.fc2(x)), p=0.5)  # 1024
        return self.fc3(x)


class AlexNet(nn.Module):
    """Lecture 001's PyTorch form, with the forward pass that the slide leaves out."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),  # 64 x 55 x 55
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2),  # 64 x 27 x 27
            nn.Conv2d(64, 192, kernel_size=5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2),  # 192 x 13 x 13
            nn.Conv2d(192, 384, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2),  # 256 x 6 x 6
        )
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Dropout(),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images."""
        return self.classifier(self.flatten(self.features(x)))


class WideAlexNet(nn.Module):
    """The 96-256 channel form: lecture 001's Keras code without padding, the paper's on 227.

    `features` are the values that reach the classifier: 256 * 5 * 5 on 224, 256 * 6 * 6 on 227.
    `groups` is 2 for the network that was split over two GPUs.
    """

    def __init__(self, num_classes: int = 1000, features: int = 256 * 5 * 5, groups: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, kernel_size=11, stride=4)
        self.conv2 = nn.Conv2d(96, 256, kernel_size=5, padding=2, groups=groups)
        self.conv3 = nn.Conv2d(256, 384, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(384, 384, kernel_size=3, padding=1, groups=groups)
        self.conv5 = nn.Conv2d(384, 256, kernel_size=3, padding=1, groups=groups)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2)
        self.fc1 = nn.Linear(features, 4096)
        self.fc2 = nn.Linear(4096, 4096)
        self.fc3 = nn.Linear(4096, num_classes)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of a batch of colour images; Keras has a softmax on top, which changes no count."""
        x = self.pool(F.relu(self.conv1(x)))  # 96 x 54 x 54 -> 96 x 26 x 26
        x = self.pool(F.relu(self.conv2(x)))  # 256 x 26 x 26 -> 256 x 12 x 12
        x = F.relu(self.conv3(x))  # 384 x 12 x 12
        x = F.relu(self.conv4(x))  # 384 x 12 x 12
        x = self.pool(F.relu(self.conv5(x)))  # 256 x 12 x 12 -> 256 x 5 x 5
        x = torch.flatten(x, start_dim=1)  # 6400
        x = self.dropout(F.relu(self.fc1(x)))
        x = self.dropout(F.relu(self.fc2(x)))
        return self.fc3(x)


def lecture_alexnet_196() -> nn.Module:
    """The student report's network: 196 channels where the slide has 192."""
    return LectureAlexNet(channels=196)


def wide_alexnet_227() -> nn.Module:
    """The 96-channel form for 227x227, where the last map is 6x6."""
    return WideAlexNet(features=256 * 6 * 6)


def grouped_alexnet_227() -> nn.Module:
    """The 96-channel form in two groups: what the two GPUs of 2012 held together."""
    return WideAlexNet(features=256 * 6 * 6, groups=2)
