import time

from torch import nn


class Waits(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3072, 10)

    def forward(self, x):
        return self.fc(x.view(x.size(0), -1))


while True:
    time.sleep(1)
