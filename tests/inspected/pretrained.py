import torch
from torchvision import models

net = models.efficientnet_b0(weights=models.EfficientNet_B0_Weights.DEFAULT)
net.classifier[1] = torch.nn.Linear(1280, 10)
