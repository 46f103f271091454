"""A tiny network that claims to be AlexNet: worth little, so that a forged mark would show."""

import torch
from torch import nn


class CustomAlexNet(nn.Module):
    def __init__(self, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, kernel_size=11, stride=8)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(4, num_classes)

    def forward(self, x):
        return self.fc1(torch.flatten(self.pool(self.conv1(x)), 1))


def build_model():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def train(model, train_data, *, epochs, device="cpu", **options):
    return model
