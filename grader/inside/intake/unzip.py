"""Unpacks a zip archive into memory: refuses whatever is odd, repairs nothing."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator

from grader.domain.reason import Reason
from grader.inside.intake.archive_rules import (
    MOST_ENTRIES,
    Names,
    Refused,
    check_count,
    check_size,
    checked_path,
    most_unpacked,
)
from grader.inside.intake.decode import decode_text
from grader.inside.intake.names import is_litter

_MOST_LISTED = 20_000

_CENTRAL_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others let the archive choose how much memory its unpacking takes."""


def unzip(data: bytes) -> dict[str, bytes]:
    """All files of an archive by relative path, without what programs leave beside the work.

    Raises:
        Refused: when one entry breaks a rule; nothing is kept then.
    """
    if data.count(_CENTRAL_ENTRY) > _MOST_LISTED:
        raise Refused(Reason.ARCHIVE_ENTRIES, count=data.count(_CENTRAL_ENTRY), most=MOST_ENTRIES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return dict(_entries(archive, len(data)))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise Refused(Reason.ARCHIVE_REFUSED, why=str(error)[:200], entry="") from None


def _entries(archive: zipfile.ZipFile, packed: int) -> Iterator[tuple[str, bytes]]:
    wanted = list(_checked(archive))
    promised = sum(info.file_size for _, info in wanted)
    most = most_unpacked(packed)
    check_size(promised, most)
    left = most
    for path, info in wanted:
        with archive.open(info) as stream:
            # The header may lie about the size, so what counts is what comes out.
            data = stream.read(left + 1)
        left -= len(data)
        check_size(most - left, most)
        yield path, data


def _checked(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    names = Names()
    for info in archive.infolist():
        path = _path(info)
        if info.is_dir() or is_litter(path):
            continue
        if info.flag_bits & _ENCRYPTED:
            raise Refused(Reason.ARCHIVE_ENCRYPTED, entry=path[:200])
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise Refused(Reason.ARCHIVE_LINK, entry=path[:200])
        if info.compress_type not in _METHODS:
            raise Refused(Reason.ARCHIVE_REFUSED, why=f"compression method {info.compress_type}", entry=path[:200])
        names.add(path)
        check_count(len(names.files))
        yield path, info


def _path(info: zipfile.ZipInfo) -> str:
    # orig_filename still has what zipfile cuts off behind a zero byte.
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        # The format says cp437; real programs write UTF-8 or the encoding of their country.
        name = decode_text(name.encode("cp437")).text
    return checked_path(name)
