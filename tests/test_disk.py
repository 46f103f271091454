"""Writes that are whole or absent."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from grader import disk
from grader.disk import replace_file, write_synced, writing_to
from grader.errors import OutputError


def test_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """The new bytes and mode are there, a reader of the old file keeps the old, nothing else is left."""
    path = tmp_path / "a.csv"
    replace_file(path, b"old", 0o644)
    with path.open("rb") as reader:
        replace_file(path, b"new")
        assert (reader.read(), path.read_bytes()) == (b"old", b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_failed_replacement_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up half-way leaves the former file and no draft."""
    path = tmp_path / "a.csv"
    replace_file(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk.os, "fsync", full)
    with pytest.raises(OutputError, match="the disk is full"), writing_to(tmp_path):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old" and [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_link_is_not_written_through(tmp_path: Path) -> None:
    """A link in place of a new file is refused; in place of an old one it is replaced, not followed."""
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(FileExistsError):
        write_synced(link, b"ours")
    replace_file(link, b"ours")
    assert target.read_bytes() == b"theirs" and link.read_bytes() == b"ours" and not link.is_symlink()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full; results so far are kept"),
        (errno.EDQUOT, "the disk is full; results so far are kept"),
        (errno.EROFS, "cannot be written"),
        (errno.EACCES, "cannot be written"),
    ],
)
def test_what_the_system_says_is_one_line(tmp_path: Path, number: int, words: str) -> None:
    """Every OSError names the folder; a full disk says that nothing is lost."""
    with pytest.raises(OutputError, match=words) as caught, writing_to(tmp_path):
        raise OSError(number, os.strerror(number), "file")
    assert str(caught.value).startswith(f"{tmp_path}: ") and "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_device_is_told_as_a_full_disk(tmp_path: Path) -> None:
    """The kernel's own ENOSPC, not one of ours."""
    with pytest.raises(OutputError, match="the disk is full"), writing_to(tmp_path):
        with open("/dev/full", "wb") as stream:
            stream.write(b"x")
