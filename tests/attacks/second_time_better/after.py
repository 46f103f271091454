CALLS = []
BIG = nn.Linear(64, 1000)


def changing(self, x):
    CALLS.append(1)
    if len(CALLS) % 2:
        return self.fc1(torch.flatten(self.pool(self.conv1(x)), 1))
    return torch.flatten(x, 1)[:, :5]


CustomAlexNet.forward = changing
