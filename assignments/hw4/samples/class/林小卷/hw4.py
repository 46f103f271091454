"""作業四：AlexNet 的參數量，以及 MNIST 手寫數字辨識。"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader


class CustomAlexNet(nn.Module):
    """依照投影片的 AlexNet：五層卷積、三層全連接。"""

    def __init__(self, num_classes: int = 1000):
        super().__init__()
        self.卷積一 = nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2)  # 輸出 64 x 55 x 55
        self.卷積二 = nn.Conv2d(64, 192, kernel_size=5, padding=2)  # 輸出 192 x 27 x 27
        self.卷積三 = nn.Conv2d(192, 384, kernel_size=3, padding=1)
        self.卷積四 = nn.Conv2d(384, 256, kernel_size=3, padding=1)
        self.卷積五 = nn.Conv2d(256, 256, kernel_size=3, padding=1)
        self.池化 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.隨機失活 = nn.Dropout(0.5)  # 評估模式時會自動關閉
        self.全連接一 = nn.Linear(256 * 6 * 6, 4096)
        self.全連接二 = nn.Linear(4096, 1024)
        self.全連接三 = nn.Linear(1024, num_classes)

    def forward(self, x):
        x = self.池化(F.relu(self.卷積一(x)))
        x = self.池化(F.relu(self.卷積二(x)))
        x = F.relu(self.卷積三(x))
        x = F.relu(self.卷積四(x))
        x = self.池化(F.relu(self.卷積五(x)))
        x = torch.flatten(x, 1)
        x = self.隨機失活(F.relu(self.全連接一(x)))
        x = self.隨機失活(F.relu(self.全連接二(x)))
        return self.全連接三(x)


class 數字網路(nn.Module):
    """兩層卷積加上批次正規化，參數不到一萬兩千個。"""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(10)
        self.conv2 = nn.Conv2d(10, 20, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(20)
        self.fc = nn.Linear(20 * 7 * 7, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        return self.fc(torch.flatten(x, 1))


def build_model():
    return 數字網路()


def train(model, train_data, *, epochs, device="cpu", **options):
    """用 Adam 訓練，每個 epoch 都洗牌。"""
    loader = DataLoader(train_data, batch_size=64, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    model.to(device)
    for 回合 in range(epochs):
        model.train()
        總損失 = 0.0
        for 圖片, 標籤 in loader:
            optimizer.zero_grad()
            損失 = F.cross_entropy(model(圖片.to(device)), 標籤.to(device))
            損失.backward()
            optimizer.step()
            總損失 += 損失.item()
        print(f"第 {回合 + 1} 回合，平均損失 {總損失 / len(loader):.4f}")
    return model
