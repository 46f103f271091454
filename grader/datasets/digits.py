"""scikit-learn's handwritten digits, the data set that is there without any download.

Read by path from the installed package, which is not imported. The labels are
public, and every page that uses them says so.
"""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.datasets.layout import Images, Whole
from grader.datasets.split import stratified_split
from grader.errors import DatasetError

NAME = "digits"
TITLE = "scikit-learn digits (8x8, upsampled)"

_N = 1797
_SMALL = 8
_SIDE = 28
_LEVELS = 16


def find_digits() -> Path:
    """The file with the digits in the installed scikit-learn.

    Raises:
        DatasetError: when scikit-learn or the file in it is missing.
    """
    spec = importlib.util.find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise DatasetError("scikit-learn is not installed, so its digits are missing; pip install scikit-learn")
    path = Path(next(iter(spec.submodule_search_locations))) / "datasets" / "data" / "digits.csv.gz"
    if not path.is_file():
        raise DatasetError(f"{path}: is missing; install scikit-learn again")
    return path


def read_digits(path: Path) -> Whole:
    """The digits at 28 x 28, one fifth of each class as the test split.

    Raises:
        DatasetError: when the file is not the 1,797 digits.
    """
    try:
        with gzip.open(path, "rt", encoding="ascii") as stream:
            table = np.loadtxt(stream, delimiter=",", dtype=np.uint8)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path}: is not the digits of scikit-learn ({error})") from None
    if table.shape != (_N, _SMALL * _SMALL + 1) or table[:, :-1].max() > _LEVELS or table[:, -1].max() > 9:
        raise DatasetError(f"{path}: want {_N} rows of 64 grey levels up to 16 and a label up to 9")
    images = upsample(table[:, :-1].reshape(-1, _SMALL, _SMALL))
    labels = np.ascontiguousarray(table[:, -1])
    train, test = stratified_split(labels, 5, f"{NAME}/test")
    return Whole(
        name=NAME,
        title=TITLE,
        class_names=tuple("0123456789"),
        train_images=images[train],
        train_labels=labels[train],
        test_images=images[test],
        test_labels=labels[test],
        public_labels=True,
    )


def upsample(small: npt.NDArray[np.uint8]) -> Images:
    """8 x 8 images of 17 levels as 28 x 28 images of 256, bilinear between the pixels' centres."""
    weights = _weights()
    large = weights @ small.astype(np.float64) @ weights.T
    levels: Images = np.rint(large * (255 / _LEVELS)).astype(np.uint8)
    return levels


def _weights() -> npt.NDArray[np.float64]:
    """28 x 8: how much each small pixel counts for each large one; every row sums to 1."""
    centres = np.clip((np.arange(_SIDE) + 0.5) * _SMALL / _SIDE - 0.5, 0, _SMALL - 1)
    lower = np.minimum(centres.astype(np.int64), _SMALL - 2)
    weights = np.zeros((_SIDE, _SMALL))
    rows = np.arange(_SIDE)
    weights[rows, lower] = 1 - (centres - lower)
    weights[rows, lower + 1] = centres - lower
    return weights
