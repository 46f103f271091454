import torch
import torch.nn.functional as F
from torch import nn


class Handmade(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(8, 1, 3, 3) * 0.1)
        self.b1 = nn.Parameter(torch.zeros(8))
        self.w2 = nn.Parameter(torch.randn(8 * 13 * 13, 10) * 0.1)

    def forward(self, x):
        x = F.max_pool2d(F.relu(F.conv2d(x, self.w1, self.b1)), 2)
        return x.flatten(1) @ self.w2


example = torch.randn(1, 1, 28, 28)
