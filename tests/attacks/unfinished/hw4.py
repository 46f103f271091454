from torch import nn


class CustomAlexNet(nn.Module):
    def __init__(self, num_classes=1000):
        super().__init__()
        raise NotImplementedError("TODO: build AlexNet")

    def forward(self, x):
        raise NotImplementedError
