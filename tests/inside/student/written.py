"""Small submissions as a student would write them."""

from __future__ import annotations

HEAD = """
import torch
import torch.nn as nn
import torch.nn.functional as F
"""

LECTURE_CLASS = """
class CustomAlexNet(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=11, padding=2, stride=4)
        self.conv2 = nn.Conv2d(64, 192, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(192, 384, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(384, 256, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(256, 256, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(256 * 6 * 6, 4096)
        self.fc2 = nn.Linear(4096, 1024)
        self.fc3 = nn.Linear(1024, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), kernel_size=3, stride=2)
        x = F.max_pool2d(F.relu(self.conv2(x)), kernel_size=3, stride=2)
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        x = F.max_pool2d(F.relu(self.conv5(x)), kernel_size=3, stride=2)
        x = torch.flatten(x, start_dim=1)
        x = F.dropout(F.relu(self.fc1(x)), p=0.5, training=self.training)
        x = F.dropout(F.relu(self.fc2(x)), p=0.5, training=self.training)
        return self.fc3(x)
"""
LECTURE = HEAD + LECTURE_CLASS

LECTURE_PARAMS = (
    sum(out * (inside * kernel**2 + 1) for inside, out, kernel in ((3, 64, 11), (64, 192, 5), (192, 384, 3)))
    + sum(out * (inside * 9 + 1) for inside, out in ((384, 256), (256, 256)))
    + sum(out * (inside + 1) for inside, out in ((9216, 4096), (4096, 1024), (1024, 1000)))
)
"""By the lecture's formulas: (kernel^2 x in + 1) x out, and (in + 1) x out."""


def small(forward: str, init: str = "", before: str = "") -> str:
    """A network of one convolution and one linear layer on 3 x 8 x 8, with other lines put in."""
    return (
        f"{HEAD}{before}\n"
        "class CustomAlexNet(nn.Module):\n"
        "    def __init__(self, num_classes=10):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 4, 3, padding=1)\n"
        "        self.fc = nn.Linear(4 * 8 * 8, num_classes)\n"
        f"        {init or 'pass'}\n"
        "    def forward(self, x):\n"
        f"        {forward}\n"
    )


SMALL: dict[str, object] = {"input_shape": [3, 8, 8], "build_arguments": {"num_classes": 10}}
"""Message fields that fit `small`."""

PLAIN_FORWARD = "return self.fc(torch.flatten(F.relu(self.conv(x)), 1))"

NET = f"""{HEAD}
from torch.utils.data import DataLoader

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4 * 6 * 6, 10)

    def forward(self, x):
        return self.fc(F.max_pool2d(F.relu(self.norm(self.conv(x))), 2).flatten(1))
"""

LOOP = """
    loader = DataLoader(train_data, batch_size=16, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(EPOCHS):
        model.train()
        for images, labels in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
"""


def trained(
    signature: str = "model, train_data, *, epochs, device='cpu'", end: str = "return model", epochs: str = "epochs"
) -> str:
    """The small network with a train function of this signature, last line and number of epochs."""
    return f"{NET}\ndef train({signature}):{LOOP.replace('EPOCHS', epochs)}    {end}\n"
