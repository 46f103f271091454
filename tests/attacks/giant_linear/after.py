class CustomAlexNet(nn.Module):
    def __init__(self, num_classes=1000):
        super().__init__()
        self.fc = nn.Linear(10**6, 10**6)

    def forward(self, x):
        return self.fc(x)
