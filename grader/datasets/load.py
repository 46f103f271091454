"""Opens a prepared data set: paths for jails, memory-mapped images and labels for the parent."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.datasets.digits import NAME as DIGITS
from grader.datasets.digits import find_digits, read_digits
from grader.datasets.layout import Images, Meta, read_meta, write_dataset
from grader.datasets.split import Labels
from grader.errors import DatasetError

MNIST = "mnist"


@dataclass(frozen=True)
class Dataset:
    """A data set that is ready. `train_n` images train; `heldout_n` stand in for the test split in a jail.

    `student_dir` may be shown to a jail. Images and labels of the test split are
    for the parent only; `public_labels` says that anybody can look them up.
    """

    name: str
    title: str
    sha256: str
    class_names: tuple[str, ...]
    student_dir: Path
    test_images: Images = field(repr=False, compare=False)
    test_labels: Labels = field(repr=False, compare=False)
    public_labels: bool
    train_n: int
    heldout_n: int
    test_n: int
    side: int

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        *channels, height, width = self.test_images.shape[1:]
        return channels[0] if channels else 1, height, width


def default_data_dir() -> Path:
    """Where data sets are prepared: $GRADER_DATA, else grader/data in the user's cache folder."""
    chosen = os.environ.get("GRADER_DATA")
    if chosen:
        return Path(chosen)
    cache = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG rules: a relative path there is to be ignored.
    base = Path(cache) if os.path.isabs(cache) else Path.home() / ".cache"
    return base / "grader" / "data"


def load_dataset(name: str | None, data_dir: Path | None) -> Dataset:
    """The named data set; without a name MNIST where it is prepared, else the digits.

    The digits are prepared on first use. `data_dir` None means the default.

    Raises:
        DatasetError: when it is unknown, not prepared, or damaged.
    """
    folder = data_dir or default_data_dir()
    if name is None:
        name = MNIST if (folder / MNIST).is_dir() else DIGITS
    if name == DIGITS:
        return _ready_digits(folder)
    if name != MNIST:
        raise DatasetError(f"data set {name!r} is not known; want {MNIST} or {DIGITS}")
    if not (folder / MNIST).is_dir():
        raise DatasetError(f"{MNIST} is not prepared in {folder}; run: grader data prepare mnist --from FOLDER")
    return open_dataset(folder / MNIST)


def open_dataset(folder: Path) -> Dataset:
    """Open a prepared data set and check that its arrays are as its description says.

    Raises:
        DatasetError: names the file that is missing or of another shape.
    """
    meta = read_meta(folder)
    if meta is None:
        raise DatasetError(f"{folder}: is damaged or of an older layout; prepare it again with grader data prepare")
    square = (meta.side, meta.side)
    for part, n in (("train", meta.train_n), ("heldout", meta.heldout_n)):
        _mapped(folder / "student" / f"{part}_images.npy", (n, *square))
        _mapped(folder / "student" / f"{part}_labels.npy", (n,))
    labels = _mapped(folder / "judge" / "test_labels.npy", (meta.test_n,))
    if meta.test_n and int(labels.max()) >= len(meta.class_names):
        raise DatasetError(f"{folder}: has test labels beyond its {len(meta.class_names)} classes; prepare it again")
    images = _mapped(folder / "judge" / "test_images.npy", (meta.test_n, *square))
    return _dataset(folder, meta, images, labels)


def _dataset(folder: Path, meta: Meta, images: Images, labels: Labels) -> Dataset:
    return Dataset(
        name=meta.name,
        title=meta.title,
        sha256=meta.sha256,
        class_names=tuple(meta.class_names),
        student_dir=(folder / "student").resolve(),
        test_images=images,
        test_labels=labels,
        public_labels=meta.public_labels,
        train_n=meta.train_n,
        heldout_n=meta.heldout_n,
        test_n=meta.test_n,
        side=meta.side,
    )


def _mapped(path: Path, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path}: cannot be read ({error}); prepare the data set again") from None
    if array.shape != shape or array.dtype != np.uint8:
        found = f"{array.dtype} {' x '.join(map(str, array.shape))}"
        raise DatasetError(f"{path}: is {found}, want uint8 {' x '.join(map(str, shape))}; prepare it again")
    return array  # type: ignore[no-any-return]


def _ready_digits(folder: Path) -> Dataset:
    if read_meta(folder / DIGITS) is not None:
        try:
            return open_dataset(folder / DIGITS)
        except DatasetError:
            # Nobody made them by hand, so what is damaged is made anew without a question.
            pass
    return open_dataset(write_dataset(read_digits(find_digits()), folder))
