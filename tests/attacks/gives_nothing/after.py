plain = CustomAlexNet.forward


def forgetful(self, x):
    plain(self, x)


CustomAlexNet.forward = forgetful
