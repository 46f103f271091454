"""Homework 4: your AlexNet (Q2), and your own CNN for MNIST (Q3).

Fill in the places marked with "YOUR CODE". Keep the names of the class and of
the functions, or write your own names under [classes] in answers.toml.

Importing this file must not train, download or open anything: put such calls
below `if __name__ == "__main__":`. Before you hand in, run

    grader check hw4 .

in the folder with this file. It reads answers.toml and essay.md, too.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader


class CustomAlexNet(nn.Module):
    """Q2: AlexNet for images of 3 x 224 x 224.

    Args:
        num_classes: how many scores come out for each image, 1000 for ImageNet.
    """

    def __init__(self, num_classes=1000):
        super().__init__()
        # YOUR CODE: five convolutions (conv1 ... conv5) and three linear layers (fc1 ... fc3), e.g.
        # self.conv1 = nn.Conv2d(in_channels=3, out_channels=64, kernel_size=11, stride=4, padding=2)

    def forward(self, x):
        """Scores for a batch of images.

        Args:
            x: images, shape (batch, 3, 224, 224).

        Returns:
            Scores, shape (batch, num_classes). No softmax: the loss does that.
        """
        # YOUR CODE: connect the layers. A dropout belongs in __init__ as nn.Dropout, because a bare
        # F.dropout(x) stays active when the network is only asked for its answer.
        raise NotImplementedError("connect your layers in CustomAlexNet.forward")


def build_model():
    """Q3: a new CNN for images of 1 x 28 x 28 and ten classes, with random weights.

    Returns:
        An nn.Module that turns (batch, 1, 28, 28) into scores of shape (batch, 10).
        Pre-trained weights are not allowed and cannot be loaded: there is no network
        and no weight file where this runs.
    """
    # YOUR CODE
    raise NotImplementedError("return your own network from build_model")


def train(model, train_data, *, epochs, device="cpu", **options):
    """Q3: train the model and return it.

    Args:
        model: what build_model returned.
        train_data: a torch Dataset of (image, label); an image is a float tensor of
            shape (1, 28, 28) with values from 0 to 1, a label a whole number from 0 to 9.
        epochs: how often to go through train_data. More is not allowed.
        device: "cpu" or "cuda".
        options: for your own experiments; nothing is passed in when you are graded.

    Returns:
        The trained model. It is scored on test images that this function never sees.
    """
    # YOUR CODE: loop over the epochs and over the batches of
    # DataLoader(train_data, batch_size=64, shuffle=True); F.cross_entropy is the usual loss.
    raise NotImplementedError("train the model in train, and return it")


if __name__ == "__main__":
    # Your experiments: this part never runs when you are graded.
    network = CustomAlexNet(num_classes=1000)
    print(sum(parameter.numel() for parameter in network.parameters()), "parameters")
    print(network(torch.randn(1, 3, 224, 224)).shape)
