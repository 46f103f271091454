"""Images for the reference trainings, in memory: MNIST from its files, or scikit-learn's digits."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits as sklearn_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

SPLIT_SEED = 0


@dataclass(frozen=True)
class Images:
    """Nine tenths of a training split, and the test split. Pixels are uint8, n x 28 x 28."""

    name: str
    title: str
    train_pixels: Tensor
    train_labels: Tensor
    test_pixels: Tensor
    test_labels: Tensor


def nine_tenths(pixels: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The share of a training split that a student's network is trained on."""
    kept = torch.randperm(len(labels), generator=torch.Generator().manual_seed(SPLIT_SEED))[: len(labels) * 9 // 10]
    return pixels[kept], labels[kept]


def load_digits() -> Images:
    """1,797 handwritten digits of 8x8 pixels, upsampled to 28x28; one in five of each class is for the test."""
    digits = sklearn_digits()
    small = torch.from_numpy(digits.images).float().div(16).unsqueeze(1)
    large = F.interpolate(small, size=(28, 28), mode="bilinear").squeeze(1)
    pixels = large.mul(255).round().to(torch.uint8)
    labels = torch.from_numpy(digits.target).long()
    train, test = train_test_split(
        np.arange(len(labels)), test_size=0.2, stratify=digits.target, random_state=SPLIT_SEED
    )
    return Images(
        "digits", "scikit-learn's digits, 28x28", *nine_tenths(pixels[train], labels[train]), pixels[test], labels[test]
    )


def read_idx(path: Path) -> Tensor:
    """A compressed idx file of bytes: its magic number says how many sizes follow."""
    content = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(content, ">i4", count=content[3], offset=4)
    return torch.tensor(np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(shape))


def load_mnist(folder: Path) -> Images:
    """MNIST from its four idx .gz files."""
    parts = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    pixels, labels, test_pixels, test_labels = (read_idx(folder / f"{part}-ubyte.gz") for part in parts)
    return Images("mnist", "MNIST", *nine_tenths(pixels, labels.long()), test_pixels, test_labels.long())
