def endless(self, x):
    while True:
        x = x + 0


CustomAlexNet.forward = endless
