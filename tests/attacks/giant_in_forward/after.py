def giant(self, x):
    return torch.zeros(len(x), 1000, 1 << 38).sum(2)


CustomAlexNet.forward = giant
