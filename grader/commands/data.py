"""`grader data prepare`: makes a data set ready once."""

from __future__ import annotations

from pathlib import Path

from grader.datasets.load import default_data_dir
from grader.datasets.mnist import download_mnist, prepare_mnist
from grader.errors import EXIT_OK, GraderError


def run_prepare(name: str, *, source: Path | None, download: bool, data: Path | None) -> int:
    """Prepare the named data set and say where it lies."""
    if name != "mnist":
        raise GraderError(f"data set {name!r} is not known; want mnist")
    if (source is None) == (not download):
        raise GraderError("name one source: --from FOLDER with the four idx .gz files, or --download")
    folder = data or default_data_dir()
    dataset = prepare_mnist(source, folder) if source is not None else download_mnist(folder)
    print(f"{dataset.title} is ready: {dataset.train_n} training and {dataset.test_n} test images in {folder}")
    return EXIT_OK
