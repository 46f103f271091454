class CustomAlexNet(CustomAlexNet):
    def __init__(self, num_classes=1000):
        super().__init__(num_classes)
        self.cuda()
