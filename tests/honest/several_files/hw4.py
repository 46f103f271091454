from model_parts.alexnet import CustomAlexNet
from model_parts.digits import DigitNet
from training import train


def build_model():
    return DigitNet()
