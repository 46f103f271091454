"""Where a prepared data set lies on disk, and how it gets there whole.

data_dir/<name>/student/ holds what a student's training may see: nine tenths of
the training split and the held-out tenth. data_dir/<name>/judge/ holds the test
split, whose labels never leave the parent.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.datasets.split import Labels, stratified_split
from grader.errors import DatasetError

LAYOUT = 1
"""Number of this layout; another one is prepared anew."""

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Whole:
    """A data set in memory, before it is split and written: images are n x side x side grey levels."""

    name: str
    title: str
    class_names: tuple[str, ...]
    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    public_labels: bool = False


@dataclass(frozen=True)
class Meta:
    """judge/meta.json and student/meta.json: what the arrays are. `sha256` is over all of them."""

    name: str
    title: str
    class_names: list[str]
    side: int
    train_n: int
    heldout_n: int
    test_n: int
    public_labels: bool
    sha256: str
    layout: int = LAYOUT


def write_dataset(whole: Whole, data_dir: Path) -> Path:
    """Split a data set and put it at data_dir/<name> in one step; returns that folder.

    Raises:
        DatasetError: when the folder cannot be written.
    """
    place = data_dir / whole.name
    draft = data_dir / f".{whole.name}.{secrets.token_hex(6)}"
    with _reported(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
        with _locked(data_dir):
            # Whoever holds the lock is alone, so these are of processes that were killed.
            for left in data_dir.glob(f".{whole.name}.*"):
                shutil.rmtree(left, ignore_errors=True)
            try:
                _write_parts(whole, draft)
                _put(draft, place)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    return place


def read_meta(folder: Path) -> Meta | None:
    """The description of a prepared data set, None where there is none of this layout."""
    try:
        meta = Meta(**json.loads((folder / "judge" / "meta.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return meta if meta.layout == LAYOUT else None


def _write_parts(whole: Whole, draft: Path) -> None:
    kept, held_out = stratified_split(whole.train_labels, 10, f"{whole.name}/heldout")
    student = {
        "train_images": whole.train_images[kept],
        "train_labels": whole.train_labels[kept],
        "heldout_images": whole.train_images[held_out],
        "heldout_labels": whole.train_labels[held_out],
    }
    judge = {"test_images": whole.test_images, "test_labels": whole.test_labels}
    meta = Meta(
        name=whole.name,
        title=whole.title,
        class_names=list(whole.class_names),
        side=int(whole.test_images.shape[1]),
        train_n=len(kept),
        heldout_n=len(held_out),
        test_n=len(whole.test_labels),
        public_labels=whole.public_labels,
        sha256=_digest({**student, **judge}),
    )
    draft.mkdir()
    _write_part(draft / "student", student, meta, folder_mode=0o755, file_mode=0o644)
    _write_part(draft / "judge", judge, meta, folder_mode=0o700, file_mode=0o600)
    # The student's part is bound into jails of another user, so the way to it has to be open.
    draft.chmod(0o755)


def _write_part(
    folder: Path, arrays: dict[str, npt.NDArray[np.uint8]], meta: Meta, *, folder_mode: int, file_mode: int
) -> None:
    folder.mkdir(mode=0o700)
    for name, array in arrays.items():
        with (folder / f"{name}.npy").open("xb") as stream:
            os.fchmod(stream.fileno(), file_mode)
            np.save(stream, np.ascontiguousarray(array, dtype=np.uint8), allow_pickle=False)
            stream.flush()
            os.fsync(stream.fileno())
    described = folder / "meta.json"
    described.write_text(json.dumps(asdict(meta), ensure_ascii=False, indent=1), encoding="utf-8")
    described.chmod(file_mode)
    folder.chmod(folder_mode)


def _digest(arrays: dict[str, npt.NDArray[np.uint8]]) -> str:
    digest = hashlib.sha256(f"layout {LAYOUT}".encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name], dtype=np.uint8)
        digest.update(f"{name} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _put(draft: Path, place: Path) -> None:
    """Rename the draft into place. What is there already is moved away, and kept open by its readers."""
    if place.exists():
        old = draft.with_name(f"{draft.name}.old")
        place.rename(old)
        draft.rename(place)
        shutil.rmtree(old, ignore_errors=True)
    else:
        draft.rename(place)


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """One preparation at a time; the lock ends with the process that holds it."""
    with (data_dir / ".lock").open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def _reported(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatasetError(
            f"{data_dir}: cannot be written ({error.strerror or error}); --data names another"
        ) from error
