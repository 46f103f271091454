"""DIR/.secret: 32 random bytes that hidden orders and inputs derive from, made once."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from grader.disk import sync_folder, write_synced, writing_to
from grader.errors import OutputError

SECRET_BYTES = 32


def load_or_create_secret(folder: Path) -> bytes:
    """The secret of this DIR; the first caller makes it, however many there are.

    Raises:
        OutputError: when the file is there but is not a secret, or cannot be written.
    """
    path = folder / ".secret"
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(path):
            _create(path)
        return _read(path)


def _create(path: Path) -> None:
    """Write a whole secret beside its place, then link it there unless somebody was faster."""
    draft = path.with_name(f".secret.{secrets.token_hex(6)}")
    secret = secrets.token_bytes(SECRET_BYTES)
    write_synced(draft, secret)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP):
            raise
        # A file system without hard links, such as that of a USB stick.
        with contextlib.suppress(FileExistsError):
            write_synced(path, secret)
    finally:
        draft.unlink()
    sync_folder(path.parent)


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb") as stream:
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
        secret = stream.read(SECRET_BYTES + 1)
    if len(secret) != SECRET_BYTES:
        raise OutputError(f"{path}: has {len(secret)} bytes, want {SECRET_BYTES}; delete it and collect again")
    return secret
