import torch
import torch.nn as nn

device = torch.device("cuda:0")


class CNN(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2))
        self.classifier = nn.Linear(32 * 16 * 16, num_classes)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


model = CNN().cuda()
x = torch.randn(8, 3, 32, 32).cuda()
print(model(x).shape)
