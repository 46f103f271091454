"""The share of images that a student's train() is given, as a data set of torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

_GREY = 3
"""Axes of images without one for channels."""

Example = tuple[torch.Tensor, int]


class TrainData(Dataset[Example]):
    """Pairs of an image, float32 of shape (channels, height, width) in 0..1, and its label as an int.

    The images stay on disk as bytes (memory-mapped) and are converted when asked for.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        self._images = images
        self._labels = [int(label) for label in labels]

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> Example:
        if not -len(self) <= index < len(self):
            raise IndexError(f"example {index} of {len(self)}")
        return self._as_float([index])[0], self._labels[index]

    def __getitems__(self, indices: Sequence[int]) -> list[Example]:
        """A whole batch at once, which a DataLoader prefers to single examples."""
        wanted = [int(index) for index in indices]
        return list(zip(self._as_float(wanted).unbind(0), (self._labels[i] for i in wanted), strict=True))

    def __iter__(self) -> Iterator[Example]:
        for index in range(len(self)):
            yield self[index]

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """All images (n, channels, height, width) and all labels (n) at once."""
        return self._as_float(slice(None)), self.targets

    @property
    def data(self) -> torch.Tensor:
        """All images as bytes (n, height, width), or (n, channels, height, width), under torchvision's name."""
        return torch.from_numpy(np.array(self._images))

    @property
    def targets(self) -> torch.Tensor:
        """All labels, under torchvision's name."""
        return torch.tensor(self._labels)

    @property
    def classes(self) -> list[str]:
        """The names of the classes, under torchvision's name."""
        return [str(label) for label in sorted(set(self._labels))]

    def _as_float(self, wanted: list[int] | slice) -> torch.Tensor:
        pixels = np.ascontiguousarray(self._images[wanted])
        images = torch.from_numpy(pixels.astype(np.float32)).div_(255)
        return images.unsqueeze(1) if images.dim() == _GREY else images


def load_share(share: Path) -> tuple[TrainData, TrainData]:
    """The part to train on and the part held out, from the share's four arrays."""
    parts = []
    for name in ("train", "heldout"):
        images = np.load(share / f"{name}_images.npy", mmap_mode="r", allow_pickle=False)
        labels = np.load(share / f"{name}_labels.npy", allow_pickle=False)
        parts.append(TrainData(images, labels))
    return parts[0], parts[1]
