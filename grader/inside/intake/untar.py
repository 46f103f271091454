"""Unpacks tar archives, and what gzip, bzip2 and xz have packed, into memory: by the same rules as zip."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from grader.domain.reason import Reason
from grader.inside.intake.archive_rules import Names, Refused, check_count, check_size, checked_path, most_unpacked
from grader.inside.intake.names import is_litter

_CHUNK = 1 << 20
_XZ_MEMORY = 256 << 20
_TAR_MAGIC_AT = 257


class _Stream(Protocol):
    """What the three decompressors have in common."""

    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...

    @property
    def eof(self) -> bool: ...


_OPENERS: Mapping[str, Callable[[], _Stream]] = {
    "gzip": lambda: _Gzip(),
    "bzip2": lambda: bz2.BZ2Decompressor(),
    "xz": lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY),
}


class _Gzip:
    """zlib's decompressor in the form of the other two."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._held = b""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most so many bytes; what is left over is taken up by the next call."""
        made = self._inner.decompress(self._held + data, max(max_length, 0))
        self._held = self._inner.unconsumed_tail
        return made

    @property
    def eof(self) -> bool:
        """Whether the stream has come to its end."""
        return self._inner.eof


def untar(data: bytes, packed: int | None = None) -> dict[str, bytes]:
    """All files of a tar archive by relative path; `packed` is its size before it was decompressed.

    Raises:
        Refused: when one entry breaks a rule; nothing is kept then.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            return dict(_entries(archive, most_unpacked(len(data) if packed is None else packed)))
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError) as error:
        raise Refused(Reason.ARCHIVE_REFUSED, why=str(error)[:200], entry="") from None


def decompressed(data: bytes, packer: str, name: str) -> dict[str, bytes]:
    """The tar archive inside, unpacked, or else the one file that was packed, under its name without the suffix.

    Raises:
        Refused: when it is cut off, or larger than its size allows.
    """
    inner = _inflated(data, packer)
    if inner[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return untar(inner, len(data))
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return {checked_path(stem): inner}


def _inflated(data: bytes, packer: str) -> bytes:
    most = most_unpacked(len(data))
    stream, made = _OPENERS[packer](), bytearray()
    try:
        made += stream.decompress(data, most + 1)
        while not stream.eof and len(made) <= most:
            more = stream.decompress(b"", min(_CHUNK, most + 1 - len(made)))
            if not more:
                raise Refused(Reason.ARCHIVE_CUT)
            made += more
    except EOFError:
        raise Refused(Reason.ARCHIVE_CUT) from None
    except (OSError, zlib.error, lzma.LZMAError, ValueError) as error:
        raise Refused(Reason.ARCHIVE_REFUSED, why=str(error)[:200], entry="") from None
    check_size(len(made), most)
    return bytes(made)


def _entries(archive: tarfile.TarFile, most: int) -> Iterator[tuple[str, bytes]]:
    names, size = Names(), 0
    for count, member in enumerate(archive, 1):
        check_count(count)
        if member.isdir():
            checked_path(member.name)
            continue
        path = checked_path(member.name)
        if not member.isreg() or member.issparse():
            raise Refused(Reason.ARCHIVE_LINK, entry=path[:200])
        if is_litter(path):
            continue
        names.add(path)
        size += member.size
        check_size(size, most)
        stream = archive.extractfile(member)
        data = b"" if stream is None else stream.read()
        if len(data) != member.size:
            raise Refused(Reason.ARCHIVE_CUT)
        yield path, data
