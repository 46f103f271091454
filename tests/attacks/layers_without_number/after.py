def tower(self, x):
    for _ in range(100_000):
        x = torch.relu(x)
    return torch.zeros(len(x), 1000)


CustomAlexNet.forward = tower
