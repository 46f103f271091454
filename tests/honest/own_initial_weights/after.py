class DigitNet(DigitNet):
    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.apply(self.start)

    @staticmethod
    def start(layer):
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)


def build_model():
    return DigitNet()
