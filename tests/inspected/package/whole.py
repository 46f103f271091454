from torch import nn

from .parts import Twice


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 1)
        self.twice = Twice(6)
        self.fc = nn.Linear(6, 10)

    def forward(self, x):
        return self.fc(self.twice(self.stem(x)).mean((2, 3)))
