import torch
from torch import nn


class CustomAlexNet(nn.Module:
    pass
