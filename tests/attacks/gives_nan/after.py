class NotANumber(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)

    def forward(self, x):
        return self.fc(x.flatten(1)) / 0 * 0


def build_model():
    return NotANumber()
