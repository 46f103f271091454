"""All convolutions without bias: I read that batch norm makes it useless (and then left batch norm out)."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader


def conv(cin, cout, k, **kw):
    return nn.Conv2d(cin, cout, k, bias=False, **kw)


class CustomAlexNet(nn.Module):
    def __init__(self, num_classes=1000):
        super().__init__()
        self.conv1 = conv(3, 64, 11, stride=4, padding=2)
        self.conv2 = conv(64, 192, 5, padding=2)
        self.conv3 = conv(192, 384, 3, padding=1)
        self.conv4 = conv(384, 256, 3, padding=1)
        self.conv5 = conv(256, 256, 3, padding=1)
        self.fc1 = nn.Linear(256 * 6 * 6, 4096)
        self.fc2 = nn.Linear(4096, 1024)
        self.fc3 = nn.Linear(1024, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 3, 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 3, 2)
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        x = F.max_pool2d(F.relu(self.conv5(x)), 3, 2)
        x = torch.flatten(x, 1)
        x = F.dropout(F.relu(self.fc1(x)), 0.5, self.training)
        x = F.dropout(F.relu(self.fc2(x)), 0.5, self.training)
        return self.fc3(x)


class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv(1, 8, 3, padding=1)
        self.conv2 = conv(8, 16, 3, padding=1)
        self.fc1 = nn.Linear(16 * 7 * 7, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(torch.flatten(x, 1)))
        return self.fc2(x)


def build_model():
    return SmallNet()


def train(model, train_data, *, epochs, device="cpu", **options):
    loader = DataLoader(train_data, batch_size=32, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    model = model.to(device)
    for _ in range(epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(images.to(device)), labels.to(device)).backward()
            optimizer.step()
    return model
