plain = CustomAlexNet.forward
CustomAlexNet.forward = lambda self, x: (plain(self, x), x)
