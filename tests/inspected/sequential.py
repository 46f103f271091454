from collections import OrderedDict

import torch
from torch import nn

net = nn.Sequential(
    OrderedDict(
        [
            ("conv", nn.Conv2d(1, 4, 3)),
            ("act", nn.Sigmoid()),
            ("pool", nn.AvgPool2d(2)),
            ("flat", nn.Flatten()),
            ("out", nn.Linear(4 * 13 * 13, 10)),
        ]
    )
)
X = torch.rand(size=(1, 1, 28, 28), dtype=torch.float32)
for layer in net:
    X = layer(X)
    print(layer.__class__.__name__, X.shape)
