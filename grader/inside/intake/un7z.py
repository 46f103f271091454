"""Unpacks 7z archives into memory with py7zr: by the same rules as zip, its directory looked at first."""

from __future__ import annotations

import io

import py7zr
from py7zr.exceptions import ArchiveError, CrcError, DecompressionError, UnsupportedCompressionMethodError
from py7zr.io import BytesIOFactory

from grader.domain.reason import Reason
from grader.inside.intake.archive_rules import Names, Refused, check_count, check_size, checked_path, most_unpacked
from grader.inside.intake.names import is_litter


def un7z(data: bytes) -> dict[str, bytes]:
    """All files of an archive by relative path.

    Raises:
        Refused: when one entry breaks a rule; nothing is kept then.
    """
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise Refused(Reason.ARCHIVE_ENCRYPTED, entry="archive.7z")
            wanted = _checked(archive, most_unpacked(len(data)))
            factory = BytesIOFactory(most_unpacked(len(data)))
            archive.extract(targets=list(wanted), factory=factory)
        return {path: factory.products[name].read() for name, path in wanted.items() if name in factory.products}
    except EOFError:
        raise Refused(Reason.ARCHIVE_CUT) from None
    except (ArchiveError, CrcError, DecompressionError, UnsupportedCompressionMethodError) as error:
        raise Refused(Reason.ARCHIVE_REFUSED, why=str(error)[:200], entry="") from None
    except (OSError, ValueError, TypeError, IndexError, KeyError, AssertionError, OverflowError) as error:
        # py7zr trusts a header's numbers, and stumbles over wrong ones in many ways.
        raise Refused(Reason.ARCHIVE_REFUSED, why=type(error).__name__, entry="") from None


def _checked(archive: py7zr.SevenZipFile, most: int) -> dict[str, str]:
    """Name in the archive to path, of every file that is wanted."""
    names, wanted, size = Names(), dict[str, str](), 0
    for count, info in enumerate(archive.list(), 1):
        check_count(count)
        path = checked_path(info.filename)
        if info.is_directory or is_litter(path):
            continue
        if info.is_symlink:
            raise Refused(Reason.ARCHIVE_LINK, entry=path[:200])
        names.add(path)
        size += info.uncompressed
        check_size(size, most)
        wanted[info.filename] = path
    return wanted
