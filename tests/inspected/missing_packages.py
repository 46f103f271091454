import cv2
import seaborn as sns
import timm
from tensorboardX import SummaryWriter
from torch import nn

writer = SummaryWriter("runs")


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2)
        )

    def forward(self, x):
        return self.layers(x)


sns.set()
writer.add_scalar("loss", 0.5, 1)
image = cv2.resize(cv2.imread("cat.png"), (64, 64))
