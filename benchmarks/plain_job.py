"""The job of bench_job the plain way: import everything, import the student's file, check it in the same process."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import thop
import torch
import torchvision  # noqa: F401
from torch import nn

from benchmarks.plain_check import load

_BATCH = 250


def check(path: Path, images: Path) -> None:
    """Shape, layers, parameters and MACs of the AlexNet; right answers per class of the LeNet."""
    torch.set_num_threads(1)
    student = load(path)
    image = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        shape = tuple(student.AlexNet().eval()(image).shape)
    layers = [layer for layer in student.AlexNet().modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    rows = [sum(parameter.numel() for parameter in layer.parameters()) for layer in layers]
    total = sum(parameter.numel() for parameter in student.AlexNet().parameters())
    macs, _ = thop.profile(student.AlexNet(), inputs=(image,), verbose=False)
    print("shape", shape == (1, 1000), "rows", sum(rows) == total == 61_100_840, "macs", macs > 714e6)
    held = np.load(images)
    pictures, labels = torch.from_numpy(held["images"]), torch.from_numpy(held["labels"]).long()
    network = student.LeNet().eval()
    right, seen = [0] * 10, [0] * 10
    with torch.no_grad():
        for part, truth in zip(pictures.split(_BATCH), labels.split(_BATCH), strict=True):
            for said, label in zip(network(part / 255).argmax(1), truth, strict=True):
                right[label] += int(said == label)
                seen[label] += 1
    print("lenet", sum(seen) == len(labels), sum(right) <= len(labels))


if __name__ == "__main__":
    check(Path(sys.argv[1]), Path(sys.argv[2]))
