"""A student's id: what a file name says about who handed it in, and as the name of a folder on any file system."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable

_UNSAFE = frozenset('/\\<>:"|?*')
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
"""Names that Windows keeps for devices, with any extension."""

_JOINERS = frozenset("\u200c\u200d")

_MOST_BYTES = 120
"""Longest folder name that still leaves room for a suffix of ours."""


def student_id_of(name: str) -> str:
    """The id that a file or folder name stands for: one printable line.

    What cannot be printed gives way to a replacement character, and a short hash
    keeps such names apart: no table and no terminal may be steered by a name.
    """
    # A file name that is not UTF-8 carries lone surrogates, which no report or CSV could hold.
    raw = os.fsencode(name)
    text = unicodedata.normalize("NFC", raw.decode("utf-8", "replace")).strip()
    pieces = (text[max(0, at - 1) : at + 2] for at in range(len(text)))
    kept = "".join(
        sign if _is_shown(sign, around) else "\N{REPLACEMENT CHARACTER}"
        for sign, around in zip(text, pieces, strict=True)
    )
    return kept if kept == text and text else f"{kept}-{hashlib.sha256(raw).hexdigest()[:8]}"


def _is_shown(sign: str, around: str) -> bool:
    """Printable, or a joiner between letters of a script that needs it."""
    return sign.isprintable() or (sign in _JOINERS and len(around) == 3 and min(around[0], around[2]) > "\u00ff")


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
