"""MNIST: prepared from its four idx files, or from what torchvision's own downloader fetches."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from grader.datasets.idx import IdxFile, read_idx
from grader.datasets.layout import Whole, write_dataset
from grader.datasets.load import MNIST, Dataset, open_dataset
from grader.errors import DatasetError

TITLE = "MNIST"

TRAIN_IMAGES = IdxFile(
    "train-images-idx3-ubyte",
    (60_000, 28, 28),
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
)
TRAIN_LABELS = IdxFile(
    "train-labels-idx1-ubyte",
    (60_000,),
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
)
TEST_IMAGES = IdxFile(
    "t10k-images-idx3-ubyte",
    (10_000, 28, 28),
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
)
TEST_LABELS = IdxFile(
    "t10k-labels-idx1-ubyte",
    (10_000,),
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
)

_DOWNLOAD = "import sys\nfrom torchvision.datasets import MNIST\nMNIST(sys.argv[1], download=True)\n"
_DOWNLOAD_S = 1800
_BY_HAND = "get the four idx .gz files elsewhere and use --from FOLDER"


def prepare_mnist(source: Path, data_dir: Path) -> Dataset:
    """Make MNIST ready in data_dir from a folder with its four idx files.

    Raises:
        DatasetError: when a file is missing or is not MNIST's; names it and the rule.
    """
    if not source.is_dir():
        raise DatasetError(f"{source}: is not a folder; want the folder with the four idx .gz files of MNIST")
    whole = Whole(
        name=MNIST,
        title=TITLE,
        class_names=tuple("0123456789"),
        train_images=read_idx(source, TRAIN_IMAGES),
        train_labels=read_idx(source, TRAIN_LABELS),
        test_images=read_idx(source, TEST_IMAGES),
        test_labels=read_idx(source, TEST_LABELS),
    )
    return open_dataset(write_dataset(whole, data_dir))


def download_mnist(data_dir: Path) -> Dataset:
    """Fetch MNIST with torchvision's downloader, in a process of its own, and make it ready.

    Raises:
        DatasetError: when nothing could be fetched; says how to go on without a network.
    """
    with tempfile.TemporaryDirectory(prefix="grader-mnist-") as folder:
        command = [sys.executable, "-c", _DOWNLOAD, folder]
        try:
            run = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_DOWNLOAD_S)
        except subprocess.TimeoutExpired:
            raise DatasetError(f"MNIST did not come within {_DOWNLOAD_S} s; {_BY_HAND}") from None
        if run.returncode != 0:
            last = (run.stderr.strip().splitlines() or ["no message"])[-1]
            raise DatasetError(f"MNIST could not be downloaded ({last[:200]}); {_BY_HAND}")
        return prepare_mnist(Path(folder) / "MNIST" / "raw", data_dir)
