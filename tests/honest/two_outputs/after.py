class DigitNet(DigitNet):
    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.helper = nn.Linear(24 * 7 * 7, num_classes)

    def forward(self, x):
        x = F.relu(self.norm1(self.conv1(x)))
        x = F.relu(self.norm2(self.conv2(x))).flatten(1)
        return (self.fc(x), self.helper(x)) if self.training else self.fc(x)


def build_model():
    return DigitNet()


def train(model, train_data, *, epochs, device="cpu", **options):
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(epochs):
        model.train()
        for images, labels in DataLoader(train_data, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            scores, helped = model(images)
            (F.cross_entropy(scores, labels) + 0.3 * F.cross_entropy(helped, labels)).backward()
            optimizer.step()
    return model
