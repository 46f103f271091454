"""What a learning platform's file and folder names say: whose a file is, whether it was late, and what it was called.

Canvas puts the files of all students into one folder, as
``<name>[_LATE]_<user>_<attachment>_<file>`` (``anon_<id>_<attachment>_<file>``
where names are hidden); an upload after another is named ``file-1.py``. Moodle
makes a folder ``<full name>_<participant>_assignsubmission_file`` for each
student, up to version 4.0 with an underscore at its end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CANVAS = re.compile(
    r"(?P<name>[^_]+(?:-[^_]+)*)(?P<late>_LATE)?_(?P<user>\d{1,18})_(?P<attachment>\d{1,18})_(?P<file>.+)", re.DOTALL
)
_ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<user>\w{1,40}?)_(?P<attachment>\d{1,18})_(?P<file>.+)", re.DOTALL)
_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<user>\d{1,18})_assignsubmission_(?:file|onlinetext)_?")
_AGAIN = re.compile(r"-\d{1,3}(?=\.\w{1,10}$)")


@dataclass(frozen=True)
class HandedIn:
    """One file or folder of a platform's export. `user` is the platform's own number of the student."""

    platform: str
    name: str
    user: str
    file: str = ""
    """The file's name as the student had it; empty for a folder."""
    late: bool = False
    upload: int = 0
    """Counts uploads: of two files of one name, the one with the higher number counts."""

    @property
    def student(self) -> str:
        """Name and number in one, which no two students of an export share."""
        return f"{self.name}_{self.user}" if self.name else f"anon_{self.user}"


def canvas_file(name: str) -> HandedIn | None:
    """What the name of a file from a Canvas export says, None for any other name."""
    found = _ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name)
    if found is None:
        return None
    parts = found.groupdict()
    return HandedIn(
        platform="canvas",
        name=parts.get("name") or "",
        user=parts["user"],
        file=_AGAIN.sub("", parts["file"]),
        late=parts["late"] is not None,
        upload=int(parts["attachment"]),
    )


def moodle_folder(name: str) -> HandedIn | None:
    """What the name of a folder from a Moodle export says, None for any other name."""
    found = _MOODLE.fullmatch(name)
    return None if found is None else HandedIn("moodle", found["name"], found["user"])
