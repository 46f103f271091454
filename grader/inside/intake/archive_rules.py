"""What every archive is held to, whatever its format: refuse whatever is odd, repair nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.domain.problem import Fact, Problem
from grader.domain.reason import Reason
from grader.inside.intake.names import EscapesError, OddNameError, entry_path

MOST_ENTRIES = 2_000
MOST_UNPACKED = 512_000_000
MOST_RATIO = 100

_RATIO_FROM = 1 << 20
"""Smaller archives may be as repetitive as they like."""


class Refused(Exception):
    """The archive is not unpacked at all; `problem` says why."""

    def __init__(self, reason: Reason, **facts: Fact) -> None:
        """Keep the reason with the facts of its sentence."""
        super().__init__(reason)
        self.problem = Problem(reason, facts=facts)


@dataclass
class Names:
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


def most_unpacked(packed: int) -> int:
    """Bytes that an archive of this size may unpack to."""
    return min(MOST_UNPACKED, max(_RATIO_FROM, MOST_RATIO * packed))


def checked_path(name: str) -> str:
    """The relative path of an entry.

    Raises:
        Refused: when the name leads outside, or is none.
    """
    try:
        return entry_path(name)
    except EscapesError:
        raise Refused(Reason.ARCHIVE_ESCAPES, entry=name[:200]) from None
    except OddNameError:
        raise Refused(Reason.ARCHIVE_NAME, entry=name[:200]) from None


def check_count(count: int) -> None:
    """Refuse an archive of too many entries."""
    if count > MOST_ENTRIES:
        raise Refused(Reason.ARCHIVE_ENTRIES, count=count, most=MOST_ENTRIES)


def check_size(size: int, most: int) -> None:
    """Refuse an archive that unpacks to more than its size allows."""
    if size > most:
        raise Refused(Reason.ARCHIVE_INFLATES, size=size, most=most)
