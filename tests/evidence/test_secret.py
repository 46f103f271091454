"""DIR/.secret is made once, whole and private."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from grader.errors import OutputError
from grader.evidence.secret import load_or_create_secret


def test_secret_is_32_private_bytes_and_stays(tmp_path: Path) -> None:
    """The first call makes it with mode 0600, every later one reads the same."""
    secret = load_or_create_secret(tmp_path / "out")
    path = tmp_path / "out" / ".secret"
    assert len(secret) == 32 and path.read_bytes() == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create_secret(tmp_path / "out") == secret
    assert load_or_create_secret(tmp_path / "other") != secret
    assert [each.name for each in (tmp_path / "out").iterdir()] == [".secret"]


def test_secret_is_one_for_all_who_start_at_once(tmp_path: Path) -> None:
    """Eight threads that all find no secret end with the same one."""
    found: list[bytes] = []
    start = threading.Barrier(8)

    def load() -> None:
        start.wait()
        found.append(load_or_create_secret(tmp_path))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1


def test_open_permissions_are_closed(tmp_path: Path) -> None:
    """A secret that others may read, after a copy for instance, is closed again."""
    load_or_create_secret(tmp_path)
    (tmp_path / ".secret").chmod(0o644)
    load_or_create_secret(tmp_path)
    assert stat.S_IMODE((tmp_path / ".secret").stat().st_mode) == 0o600


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 33])
def test_file_of_another_size_is_no_secret(tmp_path: Path, data: bytes) -> None:
    """A shortened or strange file is named and never used as a weak secret."""
    (tmp_path / ".secret").write_bytes(data)
    with pytest.raises(OutputError, match=r"\.secret: has \d+ bytes, want 32"):
        load_or_create_secret(tmp_path)


def test_link_is_no_secret(tmp_path: Path) -> None:
    """A link to a file that somebody else knows is not followed."""
    known = tmp_path / "known"
    known.write_bytes(b"k" * 32)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".secret").symlink_to(known)
    with pytest.raises(OutputError, match="cannot be written"):
        load_or_create_secret(tmp_path / "out")


def test_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a link is refused, the secret is written by itself; there is still only one."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    secret = load_or_create_secret(tmp_path)
    assert load_or_create_secret(tmp_path) == secret and len(secret) == 32
    assert [each.name for each in tmp_path.iterdir()] == [".secret"]
