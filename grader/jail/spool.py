"""Bytes that the parent keeps for a job without reading them: in memory files, not on its heap."""

from __future__ import annotations

import io
import os
import tempfile
import threading
from typing import BinaryIO

_CHUNK = 1 << 20


class FileSpool:
    """A spool over a file that has no name and vanishes with its last descriptor."""

    def __init__(self) -> None:
        self._descriptor = _nameless_file()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._size

    @property
    def descriptor(self) -> int:
        """The file itself; owned by the spool."""
        return self._descriptor

    def append(self, data: bytes | memoryview) -> None:
        """Write bytes at the end."""
        view = memoryview(data)
        while view:
            written = os.write(self._descriptor, view)
            self._size += written
            view = view[written:]

    def cut(self, size: int) -> None:
        """Drop everything behind the first `size` bytes."""
        os.ftruncate(self._descriptor, size)
        self._size = size

    def tail(self, count: int) -> bytes:
        """The last `count` bytes, fewer when there are fewer."""
        with self.open() as stream:
            stream.seek(max(0, self._size - count))
            return stream.read(count)

    def open(self) -> BinaryIO:
        """A reader with a position of its own, which outlives `close`."""
        return io.BufferedReader(_Reader(os.dup(self._descriptor), self._size), _CHUNK)

    def close(self) -> None:
        """Let the bytes go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class _Reader(io.RawIOBase):
    """Reads a descriptor at its own position, so that readers do not disturb each other."""

    _lock = threading.Lock()

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._size - self._position))
        count = self._read(memoryview(buffer)[:wanted])
        self._position += count
        return count

    def _read(self, buffer: memoryview) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._descriptor, [buffer], self._position)
        with self._lock:
            os.lseek(self._descriptor, self._position, os.SEEK_SET)
            data = os.read(self._descriptor, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def read_only(spool: FileSpool) -> int:
    """A new descriptor on the spool's bytes, which from now on nobody can change; the caller closes it."""
    _seal(spool.descriptor)
    return os.open(f"/proc/self/fd/{spool.descriptor}", os.O_RDONLY | os.O_CLOEXEC)


def _seal(descriptor: int) -> None:
    import fcntl

    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("spool", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as stream:
        return os.dup(stream.fileno())
