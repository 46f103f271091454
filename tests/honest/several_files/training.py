import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader


def train(model, train_data, *, epochs, device="cpu", **options):
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(epochs):
        for images, labels in DataLoader(train_data, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
    return model
