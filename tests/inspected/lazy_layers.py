from torch import nn


class LazyNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.LazyConv2d(6, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(10)
        )

    def forward(self, x):
        return self.net(x)


train = dict(dataset="FashionMNIST", resize=(28, 28))
