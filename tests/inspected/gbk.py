# -*- coding: gbk -*-
# 手写数字识别
import torch
from torch import nn


class 网络(nn.Module):
    """两层全连接"""

    def __init__(self):
        super().__init__()
        self.一 = nn.Linear(784, 64)
        self.二 = nn.Linear(64, 10)

    def forward(self, x):
        return self.二(torch.relu(self.一(x.view(-1, 784))))
