"""What the sample student wrote: code, an essay in three languages, and strokes of ten digits."""

from __future__ import annotations

ALEXNET = '''"""Homework 4."""

import torch
import torch.nn.functional as F
from torch import nn


class CustomAlexNet(nn.Module):
    """AlexNet,但第二層有 196 個通道。"""

    def __init__(self, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2)
        self.conv2 = nn.Conv2d(64, 196, kernel_size=5, padding=2)  # 두 번째 합성곱
        self.conv3 = nn.Conv2d(196, 384, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(384, 256, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(256, 256, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(256 * 6 * 6, 4096)
        self.fc2 = nn.Linear(4096, 1024)
        self.fc3 = nn.Linear(1024, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 3, 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 3, 2)
        x = F.relu(self.conv4(F.relu(self.conv3(x))))
        x = F.max_pool2d(F.relu(self.conv5(x)), 3, 2)
        x = torch.flatten(x, start_dim=1)
        x = F.dropout(F.relu(self.fc1(x)), p=0.5)
        x = F.dropout(F.relu(self.fc2(x)), p=0.5)
        return self.fc3(x)
'''

ESSAY_PARTS = {
    "Q1 Regular convolution: pros": (
        "一次就把空間與通道混在一起,單一層就能學到複雜的組合。\n參數多,資料夠時準確率較高。\n在 GPU 上就是一個大的矩陣乘法,效率好。"
    ),
    "Q1 Regular convolution: cons": "計算量是 K² × M × N × F²,通道一多就很貴。\n記憶體用量大。\n資料少時容易 overfitting。",
    "Q1 Depthwise-separable convolution: pros": (
        "곱셈 횟수가 약 1/8에서 1/9로 줄어듭니다.\n가중치가 적어서 휴대폰에 넣기 쉽습니다.\n두 단계 사이에 비선형 함수를 하나 더 넣을 수 있습니다."
    ),
    "Q1 Depthwise-separable convolution: cons": (
        "The space and the channels are learned apart, so one layer can say less.\nSmall networks lose accuracy.\n"
        "Small networks get worse."
    ),
    "Q1 Cost of both forms": "Regular: K² M N F²\nDepthwise + pointwise: K² M F² + M N F²",
    "Q1 Main reason": "因為計算量與參數量大幅減少,手機上也跑得動,準確率只差一點。",
    "Q3 Images": "The curve and the confusion matrix: 4 and 9 are the hardest pair.",
    "Q3 Summary": (
        "I began with a residual network. On digits it was slower and no better than plain convolutions with pooling, "
        "so I kept seven convolutions and three linear layers. Elastic distortion helped; a fifth linear layer did not."
    ),
}

DIGITS = {
    0: ((14, 5), (8, 9), (7, 16), (10, 22), (16, 22), (20, 16), (19, 9), (14, 5)),
    1: ((11, 8), (14, 5), (14, 23)),
    2: ((8, 9), (12, 5), (18, 7), (18, 12), (8, 22), (20, 22)),
    3: ((8, 6), (17, 6), (13, 12), (19, 17), (15, 22), (8, 21)),
    4: ((9, 5), (8, 14), (19, 14), (18, 6), (17, 23)),
    5: ((19, 5), (10, 5), (9, 12), (17, 13), (18, 19), (13, 23), (8, 21)),
    6: ((17, 5), (10, 12), (9, 19), (14, 23), (18, 18), (14, 14), (9, 18)),
    7: ((8, 6), (19, 6), (13, 23)),
    8: ((14, 13), (9, 9), (14, 5), (18, 9), (14, 13), (9, 18), (14, 23), (19, 18), (14, 13)),
    9: ((18, 10), (13, 5), (9, 9), (13, 13), (18, 10), (16, 23)),
}
"""Corners of each digit on a field of 28 x 28."""
