"""Writes that are whole or absent after any interruption, and the one line when the disk is full."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import OutputError

PRIVATE = 0o600
"""Mode of every file in which labels are joined with predictions, or that leads to a secret."""


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn what the system says about a full or closed disk into one line that names the folder.

    Raises:
        OutputError: for every OSError inside the block.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(
                f"{folder}: the disk is full; results so far are kept, free some space and run the command again"
            ) from error
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from error


def write_synced(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Write a new file and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    with open(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def replace_file(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Put data in place of a file in one step, so that a reader sees the old or the new."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        write_synced(draft, data, mode)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
