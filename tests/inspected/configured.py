from dataclasses import dataclass

from torch import nn


@dataclass
class Config:
    channels: int = 3
    width: int = 20
    classes: int = 7


class Configured(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.conv = nn.Conv2d(config.channels, config.width, 3)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.fc = nn.Linear(config.width, config.classes)

    def forward(self, x):
        return self.fc(self.pool(self.conv(x)).squeeze(-1).squeeze(-1))


def build():
    return Configured(Config())
