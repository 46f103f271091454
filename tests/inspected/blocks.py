import torch
import torch.nn as nn


class Residual(nn.Module):
    def __init__(self, inc, outc, stride):
        super().__init__()
        self.a = nn.Conv2d(inc, outc, 3, stride, 1, bias=False)
        self.n = nn.BatchNorm2d(outc)
        self.b = nn.Conv2d(outc, outc, 3, 1, 1, bias=False)
        self.m = nn.BatchNorm2d(outc)
        self.short = nn.Sequential()
        if stride != 1 or inc != outc:
            self.short = nn.Sequential(nn.Conv2d(inc, outc, 1, stride, bias=False), nn.BatchNorm2d(outc))

    def forward(self, x):
        return torch.relu(self.m(self.b(torch.relu(self.n(self.a(x))))) + self.short(x))


class Net(nn.Module):
    def __init__(self, block, widths, classes=10):
        super().__init__()
        self.stem = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.body = nn.Sequential(*[block(a, b, 2) for a, b in zip(widths, widths[1:])])
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, x):
        x = self.body(self.stem(x))
        return self.head(nn.functional.avg_pool2d(x, x.shape[-1]).view(x.size(0), -1))


def small_resnet():
    return Net(Residual, [16, 32, 64])


if __name__ == "__main__":
    print(small_resnet()(torch.randn(4, 3, 32, 32)).shape)
