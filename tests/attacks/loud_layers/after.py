class CustomAlexNet(CustomAlexNet):
    def __init__(self, num_classes=1000):
        super().__init__(num_classes)
        self._modules["<script>alert(1)</script>\x1b[2J"] = self._modules.pop("conv1")
        self._modules["=1+1\u202e"] = self._modules.pop("pool")
        self._modules["n" * 100_000] = nn.Identity()

    def forward(self, x):
        first, pool = self._modules["<script>alert(1)</script>\x1b[2J"], self._modules["=1+1\u202e"]
        return self.fc1(torch.flatten(pool(first(x)), 1))


CustomAlexNet.__name__ = CustomAlexNet.__qualname__ = "<b>{{7*7}}\x1b[0m"
