"""Text from bytes: by mark, by declaration, as UTF-8, else by the East Asian encoding that fits best."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

UNKNOWN = "unknown"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COOKIE = re.compile(rb"^([ \t\f]*#.*?coding[:=][ \t]*)([-\w.]+)")
_DECLARABLE = frozenset(
    {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "big5", "big5hkscs", "cp950", "gbk", "gb2312", "gb18030"}
    | {"euc_kr", "cp949", "johab", "shift_jis", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be"}
)
"""Encodings that are honoured when declared; some others of Python's run code paths of their own."""

_LEGACY = ("cp949", "gb18030", "cp950", "cp932")
"""Tried in this order: where two fit equally well, the first is the likelier."""

_COMMON_ROWS = {"cp949": (0xB0, 0xC8), "gb18030": (0xB0, 0xD7), "cp950": (0xA4, 0xC6), "cp932": (0x82, 0x97)}
"""First bytes of the characters that ordinary text is made of."""

_SYMBOL_ROWS = (0xA1, 0xA3)
_FITS = 0.6
_SAMPLE = 1 << 16


@dataclass(frozen=True)
class Decoded:
    """Text with the encoding it was in; `assumed` when nothing in the file said so."""

    text: str
    encoding: str
    assumed: bool = False


def decode_text(data: bytes) -> Decoded:
    """The text of a file. What fits no encoding is read as UTF-8 with replacement characters."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _with(data.removeprefix(mark) if encoding == "utf-8" else data, encoding)
    wide = _wide(data)
    if wide:
        return _with(data, wide, assumed=True)
    for encoding in filter(None, (_declared(data), "utf-8")):
        text = _strict(data, encoding)
        if text is not None:
            return Decoded(text, encoding)
    legacy = _legacy(data)
    return _with(data, legacy or UNKNOWN, assumed=True)


def decode_source(data: bytes) -> Decoded:
    """Like decode_text, with a declared encoding rewritten to the one that our copy has."""
    decoded = decode_text(data)
    lines = decoded.text.encode("utf-8", "replace").split(b"\n", 2)
    for number, line in enumerate(lines[:2]):
        lines[number] = _COOKIE.sub(rb"\g<1>utf-8", line)
    return Decoded(b"\n".join(lines).decode("utf-8"), decoded.encoding, decoded.assumed)


def _with(data: bytes, encoding: str, *, assumed: bool = False) -> Decoded:
    codec = "utf-8" if encoding == UNKNOWN else encoding
    return Decoded(data.decode(codec, "replace"), encoding, assumed)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of mostly ASCII text is zero."""
    head = data[:_SAMPLE]
    if len(head) < 4 or b"\0" not in head:
        return None
    half = len(head) // 2
    if head[1::2].count(0) > 0.6 * half and head[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if head[0::2].count(0) > 0.6 * half and head[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None


def _declared(data: bytes) -> str | None:
    for line in data.split(b"\n", 2)[:2]:
        found = _COOKIE.match(line)
        if found:
            try:
                name = codecs.lookup(found[2].decode("ascii")).name
            except (LookupError, UnicodeError):
                return None
            return name if name in _DECLARABLE else None
    return None


def _legacy(data: bytes) -> str | None:
    fits = {name: _fit(data[:_SAMPLE], name) for name in _LEGACY if _strict(data, name) is not None}
    best = max(fits, key=lambda name: fits[name], default=None)
    return best if best is not None and fits[best] >= _FITS else None


def _fit(data: bytes, encoding: str) -> float:
    """Share of double bytes that stand for common characters of this encoding; symbols count half."""
    low, high = _COMMON_ROWS[encoding]
    score, pairs, position = 0.0, 0, 0
    while position < len(data) - 1:
        lead = data[position]
        if lead < 0x80:
            position += 1
            continue
        pairs += 1
        whole = encoding in ("cp950", "cp932") or data[position + 1] >= 0xA1
        if whole and low <= lead <= high:
            score += 1
        elif _SYMBOL_ROWS[0] <= lead <= _SYMBOL_ROWS[1]:
            score += 0.7
        position += 2
    return score / pairs if pairs else 0.0
