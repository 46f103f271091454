"""Unpacks a zip archive into memory: refuses whatever is odd, repairs nothing."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.domain.problem import Fact, Problem
from grader.domain.reason import Reason
from grader.inside.intake.decode import decode_text
from grader.inside.intake.names import EscapesError, OddNameError, entry_path, is_litter

MOST_ENTRIES = 2_000
MOST_UNPACKED = 512_000_000
MOST_RATIO = 100

_MOST_LISTED = 20_000
_RATIO_FROM = 1 << 20
"""Smaller archives may be as repetitive as they like."""

_CENTRAL_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others let the archive choose how much memory its unpacking takes."""


class Refused(Exception):
    """The archive is not unpacked at all; `problem` says why."""

    def __init__(self, reason: Reason, **facts: Fact) -> None:
        """Keep the reason with the facts of its sentence."""
        super().__init__(reason)
        self.problem = Problem(reason, facts=facts)


@dataclass
class _Names:
    """The paths so far, and every folder on the way to them, folded as careless file systems do."""

    files: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)

    def add(self, path: str) -> None:
        """Refuse a path that is another one on a system that ignores case, or a folder's and a file's at once."""
        folded = path.casefold()
        other = self.files.get(folded) or self.folders.get(folded)
        above = folded.split("/")[:-1]
        folders = ["/".join(above[:depth]) for depth in range(1, len(above) + 1)]
        other = other or next((self.files[folder] for folder in folders if folder in self.files), None)
        if other is not None:
            raise Refused(Reason.ARCHIVE_DOUBLE, entry=path[:200], other=other[:200])
        self.files[folded] = path
        self.folders.update(dict.fromkeys(folders, path))


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
    most = _most_unpacked(packed)
    if promised > most:
        raise Refused(Reason.ARCHIVE_INFLATES, size=promised, most=most)
    left = most
    for path, info in wanted:
        with archive.open(info) as stream:
            # The header may lie about the size, so what counts is what comes out.
            data = stream.read(left + 1)
        left -= len(data)
        if left < 0:
            raise Refused(Reason.ARCHIVE_INFLATES, size=most - left, most=most)
        yield path, data


def _most_unpacked(packed: int) -> int:
    return min(MOST_UNPACKED, max(_RATIO_FROM, MOST_RATIO * packed))


def _checked(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    names = _Names()
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
        if len(names.files) > MOST_ENTRIES:
            raise Refused(Reason.ARCHIVE_ENTRIES, count=len(archive.infolist()), most=MOST_ENTRIES)
        yield path, info


def _path(info: zipfile.ZipInfo) -> str:
    # orig_filename still has what zipfile cuts off behind a zero byte.
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        # The format says cp437; real programs write UTF-8 or the encoding of their country.
        name = decode_text(name.encode("cp437")).text
    try:
        return entry_path(name)
    except EscapesError:
        raise Refused(Reason.ARCHIVE_ESCAPES, entry=name[:200]) from None
    except OddNameError:
        raise Refused(Reason.ARCHIVE_NAME, entry=name[:200]) from None
