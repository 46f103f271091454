"""What the grader trains on and scores with, as tensors in memory for the reference trainings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor

from grader.datasets.load import Dataset, load_dataset
from grader.datasets.mnist import prepare_mnist


@dataclass(frozen=True)
class Images:
    """Nine tenths of a training split, and the test split. Pixels are uint8, n x 28 x 28."""

    name: str
    title: str
    sha256: str
    train_pixels: Tensor
    train_labels: Tensor
    test_pixels: Tensor
    test_labels: Tensor


def as_images(dataset: Dataset) -> Images:
    """The share of a prepared data set that trains, and its test split."""
    return Images(
        name=dataset.name,
        title=dataset.title,
        sha256=dataset.sha256,
        train_pixels=torch.from_numpy(np.load(dataset.student_dir / "train_images.npy")),
        train_labels=torch.from_numpy(np.load(dataset.student_dir / "train_labels.npy")).long(),
        test_pixels=torch.tensor(dataset.test_images),
        test_labels=torch.tensor(dataset.test_labels).long(),
    )


@contextmanager
def prepared_images(mnist: Path | None) -> Iterator[dict[str, Images]]:
    """The digits, and MNIST where the folder with its four idx .gz files is named, prepared afresh."""
    with TemporaryDirectory() as folder:
        sets = {"digits": as_images(load_dataset("digits", Path(folder)))}
        if mnist:
            sets["mnist"] = as_images(prepare_mnist(mnist, Path(folder)))
        yield sets
