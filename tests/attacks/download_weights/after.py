from torchvision import models


def CustomAlexNet(num_classes=1000):
    return models.alexnet(weights="DEFAULT")
