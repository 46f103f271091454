"""What a job printed, as harmless text of bounded size."""

from __future__ import annotations

import unicodedata

_KEPT = frozenset("\n\t")
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class HeadAndTail:
    """Keeps the first and the last half of `cap` bytes, and counts what it leaves out."""

    def __init__(self, cap: int) -> None:
        self._half = max(1, cap // 2)
        self._head = bytearray()
        self._tail = bytearray()
        self.total = 0

    def add(self, data: bytes) -> None:
        """Take in more of the stream."""
        self.total += len(data)
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if len(self._tail) > 2 * self._half:
            del self._tail[: -self._half]

    def text(self) -> str:
        """Head and tail with control characters escaped, and a line that says what is missing."""
        tail = bytes(self._tail[-self._half :])
        left_out = self.total - len(self._head) - len(tail)
        head = escape(bytes(self._head).decode("utf-8", "replace"))
        if left_out <= 0:
            return escape(bytes(self._head + tail).decode("utf-8", "replace"))
        return f"{head}\n[... {left_out} bytes left out ...]\n{escape(tail.decode('utf-8', 'replace'))}"


def escape(text: str) -> str:
    """Make characters visible that would move a cursor, turn the writing direction or hide."""
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _ESCAPED_CATEGORIES:
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x1_0000 else f"\\U{number:08x}"
