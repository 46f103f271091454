from torch import nn


class Helper(nn.Module):
    def forward(self, x):
        return x[:, 0]
