"""Data sets on disk: the digits from scikit-learn, MNIST from its idx files, damage and races."""

from __future__ import annotations

import gzip
import json
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from grader.datasets import mnist
from grader.datasets.digits import find_digits, read_digits, upsample
from grader.datasets.idx import IdxFile
from grader.datasets.load import Dataset, default_data_dir, load_dataset
from grader.datasets.mnist import prepare_mnist
from grader.errors import DatasetError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the digits."""
    folder = tmp_path_factory.mktemp("data")
    load_dataset("digits", folder)
    return folder


def arrays_of(dataset: Dataset) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    """All six arrays of a prepared data set."""
    folder = dataset.student_dir
    found = {path.stem: np.load(path) for path in folder.glob("*.npy")}
    return found | {"test_images": np.asarray(dataset.test_images), "test_labels": np.asarray(dataset.test_labels)}


def test_digits_are_those_of_scikit_learn(data_dir: Path) -> None:
    """All 1,797 digits are there once, upsampled, each with its own label."""
    from sklearn.datasets import load_digits

    original = load_digits()
    expected = upsample(original.images.astype(np.uint8))
    arrays = arrays_of(load_dataset("digits", data_dir))
    images = np.concatenate([arrays[f"{part}_images"] for part in ("train", "heldout", "test")])
    labels = np.concatenate([arrays[f"{part}_labels"] for part in ("train", "heldout", "test")])
    pairs = sorted((image.tobytes(), int(label)) for image, label in zip(images, labels, strict=True))
    assert pairs == sorted((image.tobytes(), int(t)) for image, t in zip(expected, original.target, strict=True))


def test_digits_are_split_by_class(data_dir: Path) -> None:
    """A fifth of each class is the test split, a tenth of the rest is held out."""
    arrays = arrays_of(load_dataset("digits", data_dir))
    counts = {part: np.bincount(arrays[f"{part}_labels"], minlength=10) for part in ("train", "heldout", "test")}
    whole = sum(counts.values())
    assert np.array_equal(counts["test"], whole // 5)
    assert np.array_equal(counts["heldout"], (whole - counts["test"]) // 10)


def test_dataset_says_what_it_is(data_dir: Path) -> None:
    """Name, title, counts, public labels; images are mapped and not read into memory."""
    dataset = load_dataset(None, data_dir)
    assert (dataset.name, dataset.title) == ("digits", "scikit-learn digits (8x8, upsampled)")
    assert dataset.public_labels and dataset.class_names == tuple("0123456789")
    assert dataset.train_n + dataset.heldout_n + dataset.test_n == 1797
    assert isinstance(dataset.test_images, np.memmap) and dataset.test_images.shape == (dataset.test_n, 28, 28)
    assert not dataset.test_images.flags.writeable


def test_judges_part_is_private_and_students_is_not(data_dir: Path) -> None:
    """Test images and labels are for the owner; what trains may be read from a jail and has no test label."""
    folder = data_dir / "digits"
    modes = {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert {mode for name, mode in modes.items() if name.startswith("judge/")} == {0o600}
    assert modes["judge"] == 0o700 and modes["student"] == 0o755
    assert {mode for name, mode in modes.items() if name.startswith("student/")} == {0o644}
    assert not [name for name in modes if name.startswith("student/test")]


def test_preparation_is_the_same_everywhere(data_dir: Path, tmp_path: Path) -> None:
    """Prepared twice, all arrays and the hash are equal."""
    one, two = load_dataset("digits", data_dir), load_dataset("digits", tmp_path)
    assert one.sha256 == two.sha256
    others = arrays_of(two)
    assert all(np.array_equal(array, others[name]) for name, array in arrays_of(one).items())


def test_upsampling_keeps_range_and_linear_images() -> None:
    """Grey levels reach 0 and 255; between the outer centres a linear ramp stays linear."""
    assert upsample(np.full((1, 8, 8), 16, dtype=np.uint8)).min() == 255
    assert upsample(np.zeros((1, 8, 8), dtype=np.uint8)).max() == 0
    ramp = upsample(np.tile(np.arange(8, dtype=np.uint8) * 2, (1, 8, 1)))[0, 5].astype(float)
    centres = (np.arange(28) + 0.5) * 8 / 28 - 0.5
    assert ramp == pytest.approx(np.clip(centres, 0, 7) * 2 * 255 / 16, abs=0.5)


def test_damaged_digits_are_made_anew(tmp_path: Path) -> None:
    """Nobody prepared them by hand, so nobody is asked."""
    before = load_dataset("digits", tmp_path)
    (tmp_path / ".digits.killed").mkdir()
    labels = tmp_path / "digits" / "judge" / "test_labels.npy"
    labels.write_bytes(labels.read_bytes()[:-5])
    assert load_dataset("digits", tmp_path).sha256 == before.sha256
    (tmp_path / "digits" / "judge" / "meta.json").write_text("{")
    assert load_dataset(None, tmp_path).test_n == before.test_n
    assert {path.name for path in tmp_path.iterdir()} == {"digits", ".lock"}


def test_processes_may_prepare_at_once(tmp_path: Path) -> None:
    """Three threads and a process that all find nothing end with one whole data set and no draft."""
    script = "import sys; from pathlib import Path; from grader.datasets.load import load_dataset\n"
    script += "print(load_dataset('digits', Path(sys.argv[1])).sha256)"
    other = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(load_dataset("digits", tmp_path).sha256)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    printed, _ = other.communicate(timeout=60)
    assert len(found) == 3 and {*found, printed.strip()} == {found[0]}
    assert {path.name for path in tmp_path.iterdir()} == {"digits", ".lock"}


def test_unknown_and_unprepared_data_sets_are_named(tmp_path: Path) -> None:
    """One line with the command that helps."""
    with pytest.raises(DatasetError, match=r"'svhn' is not known; want mnist or digits"):
        load_dataset("svhn", tmp_path)
    with pytest.raises(DatasetError, match="grader data prepare mnist"):
        load_dataset("mnist", tmp_path)


def test_strange_digits_file_is_named(tmp_path: Path) -> None:
    """A file that is no gzip, or holds other numbers, is not used."""
    path = tmp_path / "digits.csv.gz"
    for data in (b"no gzip", gzip.compress(b"1,2,3\n"), gzip.compress(b"x"), find_digits().read_bytes()[:999]):
        path.write_bytes(data)
        with pytest.raises(DatasetError, match=r"digits\.csv\.gz"):
            read_digits(path)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"GRADER_DATA": "/somewhere", "XDG_CACHE_HOME": "/cache"}, "/somewhere"),
        ({"XDG_CACHE_HOME": "/cache"}, "/cache/grader/data"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/ada"}, "/home/ada/.cache/grader/data"),
        ({"HOME": "/home/ada"}, "/home/ada/.cache/grader/data"),
    ],
)
def test_default_folder_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    """GRADER_DATA, else the user's cache; a relative cache is ignored as XDG asks."""
    for name in ("GRADER_DATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_data_dir() == Path(expected)


def test_preparing_imports_neither_torch_nor_sklearn(tmp_path: Path) -> None:
    """The digits are read by path: the parent stays small."""
    script = "import sys; from pathlib import Path; from grader.datasets.mnist import prepare_mnist\n"
    script += "from grader.datasets.load import load_dataset; load_dataset('digits', Path(sys.argv[1]))\n"
    script += "print(sorted({'torch', 'torchvision', 'sklearn', 'pandas'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "[]\n", run.stderr


# MNIST itself, where it is to be had


@pytest.mark.parametrize("file", [mnist.TRAIN_IMAGES, mnist.TEST_LABELS])
def test_idx_header_and_size_follow_the_format(file: IdxFile) -> None:
    """Magic 0x0800 and the number of axes, sizes big-endian: as torchvision's reader expects."""
    assert file.header[:3] == b"\0\0\x08" and file.header[3] == len(file.shape)
    assert file.size == 4 + 4 * len(file.shape) + int(np.prod(file.shape))


def test_mnist_is_prepared_from_its_files(shared_data: Path, tmp_path: Path) -> None:
    """60,000 and 10,000 images with their labels, as torchvision's own reader has them."""
    datasets = pytest.importorskip("torchvision.datasets.mnist")
    dataset = prepare_mnist(shared_data / "mnist", tmp_path)
    assert load_dataset(None, tmp_path).sha256 == dataset.sha256 and not dataset.public_labels
    assert (dataset.train_n + dataset.heldout_n, dataset.test_n) == (60_000, 10_000)
    for name, array in (("images", dataset.test_images), ("labels", dataset.test_labels)):
        raw = tmp_path / name
        axes = 3 if name == "images" else 1
        raw.write_bytes(gzip.decompress((shared_data / "mnist" / f"t10k-{name}-idx{axes}-ubyte.gz").read_bytes()))
        assert np.array_equal(datasets.read_sn3_pascalvincent_tensor(str(raw)).numpy(), array)
    meta = json.loads((dataset.student_dir / "meta.json").read_text())
    assert (meta["name"], meta["side"], meta["train_n"]) == ("mnist", 28, dataset.train_n)


@pytest.fixture
def small_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four small files of the right form, known to the preparation by their own sums."""
    import hashlib

    source = tmp_path / "source"
    source.mkdir()
    shapes = {"TRAIN_IMAGES": (40, 28, 28), "TRAIN_LABELS": (40,), "TEST_IMAGES": (10, 28, 28), "TEST_LABELS": (10,)}
    for name, shape in shapes.items():
        old: IdxFile = getattr(mnist, name)
        data = IdxFile(old.name, shape, "").header + bytes(index % 10 for index in range(int(np.prod(shape))))
        monkeypatch.setattr(mnist, name, IdxFile(old.name, shape, hashlib.sha256(data).hexdigest()))
        (source / f"{old.name}.gz").write_bytes(gzip.compress(data))
    return source


def test_unpacked_idx_files_are_taken_too(small_mnist: Path, tmp_path: Path) -> None:
    """A folder with the four files without .gz does as well."""
    for path in list(small_mnist.glob("*.gz")):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    assert prepare_mnist(small_mnist, tmp_path / "data").test_n == 10


def damaged(data: bytes) -> dict[str, bytes]:
    """Ways in which a .gz file can be wrong, by what the message has to say."""
    raw = gzip.decompress(data)
    return {
        "is damaged": data[: len(data) // 2],
        "is damaged \\(Not a gzipped file": b"<html>404</html>",
        "does not begin like an idx file": gzip.compress(b"\0\0\x08\x01" + raw[4:]),
        "unpacks to \\d+ bytes, want": gzip.compress(raw[:-1]),
        "unpacks to more than": gzip.compress(raw + bytes(10_000_000)),
        "SHA-256": gzip.compress(raw[:-1] + b"\xff"),
    }


@pytest.mark.parametrize("number", range(6))
def test_damaged_file_is_named_with_the_rule(small_mnist: Path, tmp_path: Path, number: int) -> None:
    """Cut, no gzip, wrong header, too short, too long, changed: one line with the file; nothing is prepared."""
    path = small_mnist / f"{mnist.TEST_IMAGES.name}.gz"
    message, data = list(damaged(path.read_bytes()).items())[number]
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=rf"t10k-images-idx3-ubyte\.gz: .*{message}") as caught:
        prepare_mnist(small_mnist, tmp_path / "data")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "data" / "mnist").exists()


def test_missing_file_and_folder_are_named(small_mnist: Path, tmp_path: Path) -> None:
    """Which of the four is missing, or that there is no folder."""
    (small_mnist / f"{mnist.TRAIN_LABELS.name}.gz").unlink()
    with pytest.raises(DatasetError, match=r"train-labels-idx1-ubyte\.gz: is missing"):
        prepare_mnist(small_mnist, tmp_path / "data")
    with pytest.raises(DatasetError, match="is not a folder"):
        prepare_mnist(tmp_path / "nowhere", tmp_path / "data")


def test_downloaded_files_are_prepared(small_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the downloading process leaves in MNIST/raw is checked and prepared like any other folder."""
    script = f"import shutil, sys; shutil.copytree({str(small_mnist)!r}, sys.argv[1] + '/MNIST/raw')"
    monkeypatch.setattr(mnist, "_DOWNLOAD", script)
    assert mnist.download_mnist(tmp_path / "data").test_n == 10


def test_failed_download_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line of what went wrong, and the way without a network."""
    monkeypatch.setattr(mnist, "_DOWNLOAD", "raise OSError('no route to host')")
    with pytest.raises(DatasetError, match=r"\(OSError: no route to host\); get the four idx .gz files"):
        mnist.download_mnist(tmp_path)
