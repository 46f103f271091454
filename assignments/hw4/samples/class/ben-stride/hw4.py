import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader


class CustomAlexNet(nn.Module):
    def __init__(self, num_classes):
        super(CustomAlexNet, self).__init__()
        # Convolution part. I used 196 channels in conv2.
        self.conv1 = nn.Conv2d(in_channels=3, out_channels=64, kernel_size=11, stride=4, padding=2)
        self.conv2 = nn.Conv2d(in_channels=64, out_channels=196, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(in_channels=196, out_channels=384, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(in_channels=384, out_channels=256, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(in_channels=256, out_channels=256, kernel_size=3, padding=1)
        # Classifier
        self.fc1 = nn.Linear(9216, 4096)
        self.fc2 = nn.Linear(4096, 1024)
        self.fc3 = nn.Linear(1024, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 3, 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 3, 2)
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        x = F.max_pool2d(F.relu(self.conv5(x)), 3, 2)
        x = x.view(x.size(0), -1)
        x = F.dropout(F.relu(self.fc1(x)), p=0.5)
        x = F.dropout(F.relu(self.fc2(x)), p=0.5)
        return self.fc3(x)


class ResidualDigits(nn.Module):
    """A small network with one residual block."""

    def __init__(self):
        super(ResidualDigits, self).__init__()
        self.stem = nn.Conv2d(1, 16, 5, stride=2, padding=2)
        self.bn0 = nn.BatchNorm2d(16)
        self.block1 = nn.Conv2d(16, 16, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(16)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * 7 * 7, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn0(self.stem(x)))
        x = F.relu(self.bn1(self.block1(x)) + x)
        x = self.pool(x)
        x = x.view(-1, 16 * 7 * 7)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def build_model():
    return ResidualDigits()


def train(model, train_data, *, epochs, device="cpu", **options):
    train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    model.to(device)
    for epoch in range(epochs):
        model.train()
        running = 0.0
        for data, target in train_loader:
            data, target = data.to(device), target.to(device)
            optimizer.zero_grad()
            loss = criterion(model(data), target)
            loss.backward()
            optimizer.step()
            running += loss.item()
        scheduler.step()
        print("epoch %d: loss %.4f" % (epoch + 1, running / len(train_loader)))
    return model


if __name__ == "__main__":
    from thop import profile

    flops, params = profile(CustomAlexNet(1000), inputs=(torch.randn(1, 3, 224, 224),))
    print("FLOPS:", flops)
    print("Parameters:", params)
