"""A student's id as the name of a folder, on any file system."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

_UNSAFE = frozenset('/\\<>:"|?*')
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
"""Names that Windows keeps for devices, with any extension."""

_MOST_BYTES = 120
"""Longest folder name that still leaves room for a suffix of ours."""


def folder_name(student_id: str) -> str:
    """The folder of one student: the id itself where that is safe, else a safe form with a short hash.

    Ids of one class may still meet, by design or where a file system ignores
    case; `folder_names` tells those apart.
    """
    safe = _safe(student_id)
    return safe if safe == student_id else _marked(safe, student_id)


def folder_names(student_ids: Iterable[str]) -> dict[str, str]:
    """The folders of a whole class; ids that differ only in case or accents' form get a hash each."""
    names = {student_id: folder_name(student_id) for student_id in student_ids}
    groups: dict[str, list[str]] = {}
    for student_id, name in names.items():
        groups.setdefault(_folded(name), []).append(student_id)
    for group in groups.values():
        if len(group) > 1:
            names.update({student_id: _marked(_safe(student_id), student_id) for student_id in group})
    return names


def _safe(student_id: str) -> str:
    kept = "".join("_" if _is_unsafe(character) else character for character in student_id)
    kept = unicodedata.normalize("NFC", kept).strip(" ").rstrip(".")
    kept = kept.encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore").rstrip(" .")
    if not kept.strip("._") or kept.split(".")[0].strip().lower() in _RESERVED or kept.startswith((".", "~", "-")):
        kept = f"_{kept.lstrip('.~-')}"
    return kept


def _is_unsafe(character: str) -> bool:
    return character in _UNSAFE or not character.isprintable()


def _marked(safe: str, student_id: str) -> str:
    digest = hashlib.sha256(student_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe}-{digest[:8]}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
