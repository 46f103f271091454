from hw4 import CustomAlexNet

CustomAlexNet()
